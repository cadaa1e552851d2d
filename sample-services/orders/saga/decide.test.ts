import { describe, expect, test } from 'vitest';
import { decide, effectOfCancel, mayHaveHappened, type SagaPlan } from './decide.ts';
import { SAGA_POLICY } from './policy.ts';
import type { JournalRow, JournalStatus } from './port.ts';
import { stuckRow } from './stuck.ts';

const T0 = 1_000_000;
const STEPS = ['reserve', 'charge', 'ship'];
const PLAN: SagaPlan = {
  steps: [
    { name: 'reserve', kind: 'compensatable' },
    { name: 'charge', kind: 'compensatable' },
    { name: 'ship', kind: 'pivot' },
  ],
};
/** A saga that has no way back. */
const ONWARD: SagaPlan = {
  steps: [
    { name: 'collect', kind: 'retriable' },
    { name: 'refund', kind: 'retriable' },
  ],
};
const NO_FLAGS = { cancelRequested: false, overdue: false };

/** `charge action 2 INTENT` or `TAKEOVER`: rows one millisecond apart. */
function journal(...lines: string[]): JournalRow[] {
  return lines.map((line, i) => {
    const words = line.split(' ');
    const status = (words.at(-1) ?? '') as JournalStatus;
    const [step = '', kind = '', attempt = '0'] = words.length > 1 ? words : [];
    const row = { step, kind: kind as JournalRow['kind'], status, attempt: Number(attempt) };
    return { ...row, epoch: 1, owner: 'o', key: '', detail: '', at: T0 + i };
  });
}
const next = (rows: JournalRow[], cancelRequested = false, now = T0 + 100) =>
  decide(PLAN, rows, { ...NO_FLAGS, cancelRequested }, SAGA_POLICY, now);
const done = (step: string) => [`${step} action 1 INTENT`, `${step} action 1 OK`];
const gaveUp = (rows: JournalRow[], key = 'exhausted') => [
  ...rows,
  ...journal('GIVE_UP').map((row) => ({ ...row, key, detail: 'why' })),
];

describe('forward', () => {
  test('takes the steps in order and confirms after the pivot', () => {
    expect(next(journal('STARTED'))).toEqual({ do: 'act', step: 'reserve', attempt: 1 });
    expect(next(journal('STARTED', ...done('reserve')))).toMatchObject({ step: 'charge' });
    expect(next(journal(...STEPS.flatMap(done)))).toEqual({ do: 'complete' });
    expect(next(journal(...STEPS.flatMap(done), 'ENDED'))).toEqual({ do: 'nothing' });
  });

  test('repeats an intent whose result a crash has swallowed', () => {
    expect(next(journal('reserve action 1 INTENT', 'TAKEOVER'))).toEqual({
      do: 'act',
      step: 'reserve',
      attempt: 2,
    });
  });

  test('gives up a refused step at once, an ambiguous one when its budget is spent', () => {
    expect(next(journal('reserve action 1 INTENT', 'reserve action 1 FAILED'))).toMatchObject({
      do: 'giveUp',
      cause: 'rejected',
    });
    const twice = [1, 2].flatMap((n) => [`reserve action ${n} INTENT`, `reserve action ${n} AMBIGUOUS`]);
    expect(next(journal(...twice))).toMatchObject({ do: 'act', attempt: 3 });
    const thrice = journal(...twice, 'reserve action 3 INTENT', 'reserve action 3 AMBIGUOUS');
    expect(next(thrice)).toMatchObject({ do: 'giveUp', cause: 'exhausted' });
    const parked = journal('reserve action 1 NOT_SENT');
    expect(next(parked)).toMatchObject({ do: 'act' });
    expect(next(parked, false, T0 + SAGA_POLICY.stepBudgetMs + 1)).toMatchObject({ do: 'giveUp' });
  });

  test('counts a budget anew after a takeover: the time of the dead does not count', () => {
    const rows = journal('reserve action 1 INTENT', 'reserve action 1 AMBIGUOUS', 'TAKEOVER');
    expect(next(rows, false, T0 + 3_600_000)).toMatchObject({ do: 'act', attempt: 2 });
  });

  test('is turned round by a cancellation before the pivot and not after it', () => {
    expect(next(journal(...done('reserve'), ...done('charge')), true)).toMatchObject({ cause: 'cancelled' });
    expect(next(journal(...STEPS.flatMap(done)), true)).toEqual({ do: 'complete' });
  });
});

describe('at its deadline', () => {
  const overdue = { ...NO_FLAGS, overdue: true };
  test('a saga before its pivot is given up, whatever it waits for', () => {
    const rows = journal(
      ...done('reserve'),
      ...done('charge'),
      'ship action 1 INTENT',
      'ship action 1 AMBIGUOUS',
    );
    expect(decide(PLAN, rows, overdue, SAGA_POLICY, T0)).toMatchObject({ do: 'giveUp', cause: 'exhausted' });
  });

  test('a saga after its pivot goes on', () => {
    expect(decide(PLAN, journal(...STEPS.flatMap(done)), overdue, SAGA_POLICY, T0)).toEqual({
      do: 'complete',
    });
    const rows = journal(...done('collect'), 'refund action 1 INTENT', 'refund action 1 FAILED');
    const move = { do: 'act', step: 'refund', attempt: 2 };
    expect(decide(ONWARD, rows, overdue, SAGA_POLICY, T0)).toEqual(move);
  });
});

describe('a step without a way back', () => {
  test('is repeated without limit, even when it was refused', () => {
    const tries = Array.from({ length: 30 }, (_, i) => [
      `collect action ${i + 1} INTENT`,
      `collect action ${i + 1} ${i % 2 === 0 ? 'FAILED' : 'AMBIGUOUS'}`,
    ]).flat();
    const late = T0 + 10 * SAGA_POLICY.stepBudgetMs;
    expect(decide(ONWARD, journal(...tries), NO_FLAGS, SAGA_POLICY, late)).toEqual({
      do: 'act',
      step: 'collect',
      attempt: 31,
    });
  });

  test.each(['SKIPPED', 'RESOLVED'])('is passed when a person says so (%s)', (decision) => {
    const rows = journal(
      'collect action 1 INTENT',
      'collect action 1 FAILED',
      `collect action 0 ${decision}`,
    );
    expect(decide(ONWARD, rows, NO_FLAGS, SAGA_POLICY, T0)).toMatchObject({ do: 'act', step: 'refund' });
  });
});

describe('a person', () => {
  const undoing = (...lines: string[]) => [...gaveUp(journal(...done('reserve'))), ...journal(...lines)];

  test('who did by hand what a compensation could not lets the saga end as compensated', () => {
    const rows = undoing('reserve compensate 1 AMBIGUOUS', 'reserve compensate 0 RESOLVED');
    expect(next(rows)).toMatchObject({ do: 'end', outcome: 'compensated' });
  });

  test('who leaves an effect as it is lets the saga end as failed, not as undone', () => {
    const rows = undoing('reserve compensate 1 AMBIGUOUS', 'reserve compensate 0 SKIPPED');
    expect(next(rows)).toMatchObject({ do: 'end', outcome: 'failed' });
  });

  test('is asked until the step is through or decided about', () => {
    const stuck = undoing('reserve compensate 1 AMBIGUOUS', 'reserve compensate 0 STUCK');
    expect(stuckRow(stuck)).toMatchObject({ step: 'reserve', kind: 'compensate' });
    for (const over of ['1 COMPENSATED', '0 SKIPPED', '0 RESOLVED', '0 RETRIED']) {
      expect(stuckRow([...stuck, ...journal(`reserve compensate ${over}`)]), over).toBeNull();
    }
    expect(stuckRow([...stuck, ...journal('reserve compensate 2 AMBIGUOUS')])).not.toBeNull();
    const again = [...stuck, ...journal('reserve compensate 0 RETRIED', 'reserve compensate 0 STUCK')];
    expect(stuckRow(again)).not.toBeNull();
  });
});

describe('a cancellation', () => {
  test.each([
    [done('reserve'), 'compensates'],
    [[...done('reserve'), ...done('charge'), 'ship action 1 INTENT'], 'undecided'],
    [[...done('charge'), 'ship action 1 INTENT', 'ship action 1 AMBIGUOUS'], 'compensates'],
    [STEPS.flatMap(done), 'returns'],
    [[...done('charge'), 'ship action 1 INTENT', 'GIVE_UP'], 'compensates'],
  ])('noted after %j %s', (lines, effect) => {
    expect(effectOfCancel(PLAN, journal(...lines))).toBe(effect);
  });
});

describe('backward', () => {
  test('undoes in reverse whatever may have happened, the ambiguous step included', () => {
    const rows = gaveUp(journal(...done('reserve'), 'charge action 1 INTENT', 'charge action 1 AMBIGUOUS'));
    expect(next(rows)).toEqual({ do: 'compensate', step: 'charge', attempt: 1 });
    const half = [...rows, ...journal('charge compensate 1 COMPENSATING', 'charge compensate 1 COMPENSATED')];
    expect(next(half)).toEqual({ do: 'compensate', step: 'reserve', attempt: 1 });
  });

  test('repeats a compensation without limit', () => {
    const tries = Array.from({ length: 50 }, (_, i) => [
      `reserve compensate ${i + 1} COMPENSATING`,
      `reserve compensate ${i + 1} AMBIGUOUS`,
    ]).flat();
    const rows = [...gaveUp(journal(...done('reserve'))), ...journal(...tries)];
    expect(next(rows)).toEqual({ do: 'compensate', step: 'reserve', attempt: 51 });
  });

  test('never goes forward again, whatever stands in the journal', () => {
    const rows = gaveUp(journal(...done('reserve'), ...done('charge')));
    expect(next(rows).do).toBe('compensate');
  });

  test('ends as rejected when the business refused before anything was done, else as compensated', () => {
    const refused = gaveUp(journal('reserve action 1 INTENT', 'reserve action 1 FAILED'), 'rejected');
    expect(next(refused)).toMatchObject({ do: 'end', outcome: 'rejected', reason: 'why' });
    const undone = [
      ...gaveUp(journal(...done('reserve')), 'rejected'),
      ...journal('reserve compensate 1 COMPENSATED'),
    ];
    expect(next(undone)).toMatchObject({ do: 'end', outcome: 'compensated' });
    expect(next(gaveUp(journal('reserve action 1 NOT_SENT')))).toMatchObject({
      do: 'end',
      outcome: 'failed',
    });
  });
});

describe('whether a step may have happened', () => {
  test.each([
    [['charge action 1 INTENT'], true],
    [['charge action 1 INTENT', 'charge action 1 AMBIGUOUS'], true],
    [['charge action 1 INTENT', 'charge action 1 OK'], true],
    [['charge action 1 INTENT', 'charge action 1 FAILED'], false],
    [['charge action 1 INTENT', 'charge action 1 NOT_SENT'], false],
    [['charge action 1 NOT_SENT'], false],
    [
      [
        'charge action 1 INTENT',
        'charge action 1 AMBIGUOUS',
        'charge action 2 INTENT',
        'charge action 2 FAILED',
      ],
      true,
    ],
    [['charge action 1 INTENT', 'charge action 2 INTENT', 'charge action 2 NOT_SENT'], true],
  ])('%j: %s', (lines, expected) => {
    expect(mayHaveHappened(journal(...lines), 'charge')).toBe(expected);
  });
});
