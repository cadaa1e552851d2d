import { describe, expect, test } from 'vitest';
import { CallWindow } from '../service-levels/window.ts';
import { wrongAfterEnd } from './i09-terminal.ts';
import { inReverse } from './i12-compensations.ts';
import { blastRadius } from './i13-blast-radius.ts';
import type { Scope } from './invariant.ts';

const events = (...types: string[]) => types.map((type, i) => ({ version: i + 1, type }));

describe('I9, one end', () => {
  test.each([
    { types: ['ORDER_CREATED'], right: true },
    { types: ['ORDER_CREATED', 'ORDER_CONFIRMED'], right: true },
    { types: ['ORDER_CREATED', 'ORDER_CONFIRMED', 'ORDER_RETURNED'], right: true },
    { types: ['ORDER_CREATED', 'ORDER_TIMED_OUT', 'ORDER_CANCELLED'], right: true },
    { types: ['ORDER_CREATED', 'ORDER_CANCELLED', 'ORDER_CONFIRMED'], right: false },
    { types: ['ORDER_CREATED', 'ORDER_CANCELLED', 'ORDER_CANCELLED'], right: false },
    { types: ['ORDER_CREATED', 'ORDER_CANCELLED', 'ORDER_RETURNED'], right: false },
    { types: ['ORDER_CREATED', 'ORDER_CONFIRMED', 'ORDER_RETURNED', 'ORDER_RETURNED'], right: false },
    { types: ['ORDER_CREATED', 'ORDER_CANCELLED', 'ORDER_TIMED_OUT'], right: false },
  ])('$types is right: $right', ({ types, right }) => {
    expect(wrongAfterEnd(events(...types)) === null).toBe(right);
  });
});

describe('I12, undone in reverse', () => {
  test.each([
    { acted: ['reserve', 'charge', 'ship'], undone: ['ship', 'charge', 'reserve'], right: true },
    { acted: ['reserve', 'charge', 'ship'], undone: ['charge', 'reserve'], right: true },
    { acted: ['reserve', 'charge'], undone: ['reserve', 'charge'], right: false },
    { acted: ['reserve', 'charge', 'ship'], undone: ['ship', 'reserve', 'charge'], right: false },
  ])('of $acted, $undone is right: $right', ({ acted, undone, right }) => {
    expect(inReverse(acted, undone)).toBe(right);
  });
});

describe('I13, the blast radius', () => {
  const found = (...failing: string[]) => {
    const window = new CallWindow(60_000);
    for (const at of [0, 5_000]) {
      const counts = failing.map((peer) => ({ peer, calls: at === 0 ? 0 : 100, failed: at === 0 ? 0 : 5 }));
      window.add('orders', at, counts);
    }
    return blastRadius(window).check({ snapshots: { at: 5_000 } } as Scope);
  };

  test('may be the service with the fault and one other', async () => {
    expect(await found('payments', 'orders')).toEqual([]);
  });

  test('is too large with a second other, and all of them are named', async () => {
    const [violation] = await found('payments', 'orders', 'shipping');
    expect(violation).toMatchObject({ weight: 'certain' });
    expect(violation?.found).toBe('orders (5 of 100), payments (5 of 100), shipping (5 of 100)');
  });
});
