import type { TraceSummary } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { after, joined, nextOf } from './older.ts';
import { newSince } from './tail.ts';

const trace = (startMs: number, durationMs = 5): TraceSummary => ({
  ...{ traceId: `t${startMs}-${durationMs}`, startMs, durationMs, rootService: 'gateway', rootName: 'x' },
  ...{ spanCount: 1, errorCount: 0, services: [], faultIds: [] },
});
const ids = (traces: readonly TraceSummary[]) => traces.map((t) => t.startMs);

describe('a list held still', () => {
  it('counts what began since, and what began within it and came late', () => {
    const shown = [trace(30), trace(20), trace(10)];
    expect(newSince(shown, [trace(40), trace(30), trace(25), trace(20)], 'newest')).toBe(2);
    expect(newSince(shown, shown, 'newest')).toBe(0);
    expect(newSince([], [trace(1)], 'newest')).toBe(1);
  });

  it('does not count as new what moved up among the slowest', () => {
    expect(newSince([trace(30, 9), trace(10, 8)], [trace(30, 9), trace(5, 7), trace(31, 6)], 'slowest')).toBe(
      1,
    );
  });
});

describe('older traces', () => {
  const page = (traces: TraceSummary[], truncated = true) => ({ traces, truncated });

  it('begin at the last one listed, which may have others beside it, and are listed once', () => {
    expect(after('newest', trace(20))).toEqual({ to: 21 });
    expect(after('slowest', trace(20, 7.5))).toEqual({ maxDurationMs: 7.5 });
    expect(
      ids(
        joined([
          [trace(30), trace(20)],
          [trace(20), trace(19)],
        ]),
      ),
    ).toEqual([30, 20, 19]);
  });

  it('end where the store says so', () => {
    expect(nextOf('newest', page([trace(9)]), trace(10))).toEqual(trace(9));
    expect(nextOf('newest', page([trace(9)], false), trace(10))).toBeNull();
    expect(nextOf('newest', page([]), trace(10))).toBeNull();
  });

  it('end rather than ask the same again when a page has not moved on', () => {
    expect(nextOf('newest', page([trace(10, 1)]), trace(10, 2))).toBeNull();
    expect(nextOf('slowest', page([trace(9, 2)]), trace(10, 2))).toBeNull();
  });
});
