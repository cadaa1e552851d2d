import { describe, expect, it } from 'vitest';
import { ReplayHead, replayFrom } from './replay.ts';
import { readRange } from './time-range.ts';

const from = 1_000_000;
const to = from + 60_000;
const range = { from, to, rewoundTo: from, replay: 2 as const };

describe('a replay', () => {
  it('goes on with its speed, and stops at the end of the range', () => {
    const head = new ReplayHead();
    expect(head.at(range, 500)).toBe(from);
    expect(head.at(range, 1_500)).toBe(from + 2_000);
    expect(head.at(range, 100_000)).toBe(to);
  });

  it('goes at half and at ten times the speed', () => {
    for (const replay of [0.5, 10] as const) {
      const head = new ReplayHead();
      head.at({ ...range, replay }, 0);
      expect(head.at({ ...range, replay }, 1_000)).toBe(from + 1_000 * replay);
    }
  });

  it('begins anew where it is sent, and when its speed is another', () => {
    const head = new ReplayHead();
    head.at(range, 0);
    expect(head.at({ ...range, rewoundTo: from + 30_000 }, 5_000)).toBe(from + 30_000);
    expect(head.at({ ...range, rewoundTo: from + 30_000, replay: 5 }, 9_000)).toBe(from + 30_000);
  });

  it('is over when the address says so, and the same one later starts at its front', () => {
    const head = new ReplayHead();
    head.at(range, 0);
    expect(head.at({ ...range, replay: null }, 9_000)).toBeNull();
    expect(head.at(range, 10_000)).toBe(from);
  });

  it('begins at the rewound instant, or at the front when that is the end', () => {
    expect(replayFrom({ from, to, rewoundTo: null })).toBe(from);
    expect(replayFrom({ from, to, rewoundTo: from + 5_000 })).toBe(from + 5_000);
    expect(replayFrom({ from, to, rewoundTo: to })).toBe(from);
  });
});

describe('the address of a replay', () => {
  it('names range, instant and speed', () => {
    const search = `?from=${from}&to=${to}&at=${from + 1}&replay=0.5`;
    expect(readRange(search, to)).toMatchObject({ rewoundTo: from + 1, replay: 0.5, live: false });
  });

  it('plays nothing without an instant or with a speed that there is not', () => {
    expect(readRange(`?from=${from}&to=${to}&replay=2`, to).replay).toBeNull();
    expect(readRange(`?from=${from}&to=${to}&at=${from + 1}&replay=1000`, to).replay).toBeNull();
  });
});
