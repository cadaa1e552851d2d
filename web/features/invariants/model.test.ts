import type { InvariantSample, WallRow } from '@stormglass/agents/contract';
import { describe, expect, test } from 'vitest';
import { countWords, firstTrouble, historyOf, historyWords, type Status, tiles } from './model.ts';

const span = { from: 0, to: 400_000, at: 400_000 };
const sample = (at: number, status: Status, id = 'I4'): InvariantSample => ({
  ...{ at, id, status, service: 'auditor' },
});
const row = (change: Partial<WallRow> = {}): WallRow => ({
  ...{ id: 'I4', title: 'The ledger sums to zero', verdict: 'OK', since: 0, violations: 0 },
  ...{ acknowledged: 0, pending: 0, unread: null, figures: {}, ...change },
});

describe('the past of an invariant', () => {
  test('is what was said, for as long as it was said, and nothing where nobody said anything', () => {
    const said = [sample(100_000, 'ok'), sample(110_000, 'ok'), sample(120_000, 'violated')];
    expect(historyOf(said, span)).toEqual([
      { status: null, from: 0, to: 0.25 },
      { status: 'ok', from: 0.25, to: 0.3 },
      { status: 'violated', from: 0.3, to: 0.35 },
      { status: null, from: 0.35, to: 1 },
    ]);
  });

  test('ends at the instant that is shown', () => {
    const history = historyOf([sample(190_000, 'ok'), sample(210_000, 'violated')], { ...span, at: 200_000 });
    expect(history.at(-1)).toEqual({ status: 'ok', from: 0.475, to: 0.5 });
  });

  test('has words', () => {
    expect(historyWords(historyOf([], span))).toBe('nothing was said in this range');
    expect(historyWords([{ status: 'ok', from: 0, to: 1 }])).toBe('held whenever it was looked at');
    expect(historyWords([{ status: 'violated', from: 0, to: 0.1 }])).toBe('violated for 10 % of the range');
  });
});

describe('the wall', () => {
  test('says what the auditor says now, with counts', () => {
    const rows = [
      row({ id: 'I10', verdict: 'PENDING', pending: 1 }),
      row({ verdict: 'VIOLATION', violations: 2, acknowledged: 1 }),
      row({ id: 'I1', verdict: 'UNKNOWN', unread: 'payments cannot be read' }),
      row({ id: 'I2', acknowledged: 3 }),
    ];
    const wall = tiles(rows, [], span, false);
    expect(wall.map(({ id, status, words }) => [id, status, words])).toEqual([
      ['I1', 'unknown', 'payments cannot be read'],
      ['I2', 'ok', 'holds, 3 known'],
      ['I4', 'violated', '2 facts against it, 1 known'],
      ['I10', 'pending', '1 fact still on the way'],
    ]);
    expect(firstTrouble(wall)).toBe('I4');
    expect(countWords(wall).map(({ words }) => words)).toEqual([
      '1 holds',
      '1 pending',
      '1 unknown',
      '1 violated',
    ]);
  });

  test('rewound says what was said at that instant, whatever holds now', () => {
    const said = [sample(190_000, 'violated'), sample(210_000, 'ok'), sample(100_000, 'ok', 'I5')];
    const wall = tiles([row()], said, { ...span, at: 200_000 }, true);
    expect(wall.map(({ id, status, words }) => [id, status, words])).toEqual([
      ['I4', 'violated', 'was violated then'],
      ['I5', 'unknown', 'nobody could say then'],
    ]);
  });

  test('shows what telemetry tells when no auditor is there to ask', () => {
    const wall = tiles([], [sample(399_000, 'ok')], span, false);
    expect(wall).toMatchObject([{ id: 'I4', status: 'ok', words: 'holds' }]);
  });
});
