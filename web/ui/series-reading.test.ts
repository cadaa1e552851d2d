import { describe, expect, it } from 'vitest';
import { readingAt, readingByKey } from './series-reading.ts';

const chart = {
  xs: [0, 2_000, 4_000, 6_000],
  unit: '/s',
  series: [
    { label: 'sent', kind: 'bars' as const, values: [6, 5.54, null, 0] },
    { label: 'turned away', kind: 'outline' as const, values: [null, null, 6, 7] },
  ],
};

describe('the values under the cursor', () => {
  it('are those of the bucket which it is in, and no data is not zero', () => {
    expect(readingAt(chart, 5_900)?.values).toEqual([
      { label: 'sent', text: 'no data' },
      { label: 'turned away', text: '6/s' },
    ]);
    expect(readingAt(chart, 2_000)?.values[0]?.text).toBe('5.54/s');
  });

  it('are exact where ticks are rough', () => {
    const rough = { ...chart, format: () => 'tick', exact: (v: number) => `${v.toFixed(1)} per s` };
    expect(readingAt(rough, 2_000)?.values[0]?.text).toBe('5.5 per s');
  });

  it('are none beside the data', () => {
    expect(readingAt(chart, -1)).toBeNull();
    expect(readingAt(chart, 9_000)).toBeNull();
    expect(readingAt({ ...chart, xs: [] }, 0)).toBeNull();
  });

  it('can be read by keyboard from the newest to the oldest and back, and never beyond', () => {
    const newest = readingByKey(chart, null, 'ArrowLeft', false);
    expect(newest?.at).toBe(6_000);
    const before = readingByKey(chart, newest, 'ArrowLeft', false);
    expect(before?.at).toBe(4_000);
    expect(readingByKey(chart, before, 'ArrowLeft', true)?.at).toBe(0);
    expect(readingByKey(chart, newest, 'ArrowRight', false)?.at).toBe(6_000);
    expect(readingByKey(chart, newest, 'Home', false)?.at).toBe(0);
    expect(readingByKey(chart, newest, 'x', false)).toBeNull();
  });
});
