import { describe, expect, test } from 'vitest';
import type { Finding } from '../invariants/invariant.ts';
import { type Looked, WallEntry } from './wall.ts';

const INVARIANT = { id: 'I0', title: 'x', needs: [], check: async () => [] };

const finding = (change: Partial<Finding> = {}): Finding => ({
  ...{ key: 'o-1/', orderId: 'o-1', sagaId: 's-1', expected: '1', found: '2' },
  ...{ weight: 'settling', scope: 'order' },
  ...change,
});

/** One sweep after the other over one entry. */
function sweeps() {
  const entry = new WallEntry(INVARIANT, 0);
  let at = 0;
  return {
    entry,
    sweep: (findings: readonly Finding[], looked: Partial<Looked> = {}, unread: string | null = null) => {
      at += 1_000;
      const full = { orders: new Set(['o-1']), everything: false, judgeable: () => true, at, ...looked };
      return entry.judge({ findings, unread }, full);
    },
  };
}

describe('a verdict', () => {
  test('is a violation at once when one database shows it', () => {
    const { entry, sweep } = sweeps();
    const { fresh, change } = sweep([finding({ weight: 'certain' })], { judgeable: () => false });
    expect([entry.verdict, fresh.length, change]).toEqual(['VIOLATION', 1, 'violated']);
  });

  test('waits for a second sweep when several databases disagree', () => {
    const { entry, sweep } = sweeps();
    sweep([finding()]);
    expect(entry.verdict).toBe('PENDING');
    sweep([finding()]);
    expect(entry.verdict).toBe('VIOLATION');
  });

  test('waits for the second look at its order, however many sweeps look at others in between', () => {
    const { entry, sweep } = sweeps();
    sweep([finding()]);
    for (let i = 0; i < 5; i++) {
      sweep([], { orders: new Set(['o-2']) });
      expect([entry.verdict, entry.pending.length]).toEqual(['PENDING', 1]);
    }
    sweep([finding()]);
    expect(entry.verdict).toBe('VIOLATION');
  });

  test('begins to count anew when an order was found right in between', () => {
    const { entry, sweep } = sweeps();
    sweep([finding()]);
    sweep([]);
    expect(entry.verdict).toBe('OK');
    sweep([finding()]);
    expect(entry.verdict).toBe('PENDING');
  });

  test('is never a violation while the order is on its way, however long that takes', () => {
    const { entry, sweep } = sweeps();
    for (let i = 0; i < 100; i++) {
      sweep([finding()], { judgeable: () => false });
      expect(entry.verdict).toBe('PENDING');
    }
  });

  test('begins to count anew when an order that was at rest has moved again', () => {
    const { entry, sweep } = sweeps();
    sweep([finding()]);
    sweep([finding()], { judgeable: () => false });
    sweep([finding()]);
    expect(entry.verdict).toBe('PENDING');
  });

  test('does not add up two different facts to one', () => {
    const { entry, sweep } = sweeps();
    sweep([finding({ key: 'o-1/a' })]);
    sweep([finding({ key: 'o-1/b' })]);
    expect(entry.verdict).toBe('PENDING');
  });

  test('is never a violation for what is known to be on its way', () => {
    const { entry, sweep } = sweeps();
    for (let i = 0; i < 10; i++) sweep([finding({ weight: 'inFlight' })]);
    expect(entry.verdict).toBe('PENDING');
  });

  test('stays a violation, told once, until it was looked for and not found', () => {
    const { entry, sweep } = sweeps();
    sweep([finding({ weight: 'certain' })]);
    const again = sweep([finding({ weight: 'certain' })]);
    expect([again.fresh, again.change]).toEqual([[], null]);
    sweep([], { orders: new Set(['o-2']) });
    expect(entry.verdict).toBe('VIOLATION');
    expect(sweep([]).change).toBe('restored');
    expect(entry.verdict).toBe('OK');
  });

  test('about whole tables is over only when whole tables were looked at', () => {
    const { entry, sweep } = sweeps();
    const total = finding({ key: 'total', orderId: null, weight: 'certain', scope: 'everything' });
    sweep([total], { everything: true });
    sweep([]);
    expect(entry.verdict).toBe('VIOLATION');
    sweep([], { everything: true });
    expect(entry.verdict).toBe('OK');
  });

  test('is unknown, and a violation stays one, while a database cannot be read', () => {
    const { entry, sweep } = sweeps();
    sweep([]);
    expect(entry.verdict).toBe('OK');
    sweep([], {}, 'payments cannot be read');
    expect([entry.verdict, entry.unread]).toEqual(['UNKNOWN', 'payments cannot be read']);
    sweep([finding({ weight: 'certain' })]);
    sweep([], {}, 'payments cannot be read');
    expect(entry.verdict).toBe('VIOLATION');
  });
});

describe('a violation that somebody has acknowledged', () => {
  const reason = 'left behind by an experiment';
  const acknowledged = () => {
    const all = sweeps();
    all.sweep([finding({ weight: 'certain' })]);
    all.entry.acknowledge({ reason, at: 1_500 });
    return all;
  };

  test('is red no more, and still shown with its reason', () => {
    const { entry, sweep } = acknowledged();
    expect([entry.verdict, entry.since, entry.violations]).toEqual(['OK', 1_500, []]);
    expect(sweep([finding({ weight: 'certain' })])).toEqual({ fresh: [], change: null });
    expect(entry.verdict).toBe('OK');
    expect(entry.acknowledged).toMatchObject([{ key: 'o-1/', acknowledged: { reason } }]);
  });

  test('does not excuse another one', () => {
    const { entry, sweep } = acknowledged();
    const other = finding({ key: 'o-2/', orderId: 'o-2', weight: 'certain' });
    const { fresh, change } = sweep([finding({ weight: 'certain' }), other]);
    expect([entry.verdict, fresh.map(({ key }) => key), change]).toEqual(['VIOLATION', ['o-2/'], 'violated']);
    expect(entry.acknowledged).toHaveLength(1);
  });

  test('does not excuse worse of the same', () => {
    const { entry, sweep } = acknowledged();
    expect(sweep([finding({ weight: 'certain', found: '3' })]).fresh).toHaveLength(1);
    expect([entry.verdict, entry.acknowledged]).toEqual(['VIOLATION', []]);
  });

  test('is red again when it was mended and came back', () => {
    const { entry, sweep } = acknowledged();
    sweep([]);
    expect(entry.acknowledged).toEqual([]);
    expect(sweep([finding({ weight: 'certain' })]).change).toBe('violated');
  });

  test('must be judged anew like any other when several databases are needed to see that it changed', () => {
    const { entry, sweep } = sweeps();
    sweep([finding()]);
    sweep([finding()]);
    entry.acknowledge({ reason, at: 1_500 });
    sweep([finding({ found: '3' })], { judgeable: () => false });
    expect(entry.verdict).toBe('PENDING');
    sweep([finding({ found: '3' })]);
    sweep([finding({ found: '3' })]);
    expect(entry.verdict).toBe('VIOLATION');
  });
});
