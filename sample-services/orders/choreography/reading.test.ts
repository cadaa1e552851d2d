import { describe, expect, test } from 'vitest';
import type { ShopEvent, ShopEventData, ShopEventType } from '../../events/shop-event.ts';
import { systemClock } from '../../kit/clock.ts';
import { outcomeOf, type Page, readEvent, toUndo } from './reading.ts';
import { cancelRows } from './rows.ts';

let number = 0;
function event<Type extends ShopEventType>(type: Type, data: ShopEventData<Type>): ShopEvent {
  number++;
  const at = new Date(1_700_000_000_000 + number * 10).toISOString();
  const head = {
    id: `e${number}`,
    orderId: 'o',
    sagaId: 's',
    mode: 'choreographed',
    stream: 'x',
    version: 1,
    at,
  };
  return { ...head, type, data } as ShopEvent;
}

/** Reads the events in this order, as the book does; the first who asks for an end gets it. */
function read(events: readonly ShopEvent[]): Page {
  let page: Page = { sagaId: 's', orderId: 'o', settled: null, cause: null, undone: [], rows: [] };
  for (const each of events) {
    const { rows, end, undone } = readEvent(each, page);
    const settles = end !== null && page.settled === null;
    page = {
      ...page,
      rows: [...page.rows, ...rows],
      settled: settles ? end.status : page.settled,
      cause: settles && end.status === 'CANCELLED' ? end.cause : page.cause,
      undone: undone === null ? page.undone : [...new Set([...page.undone, undone])],
    };
  }
  return page;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

const reserved = event('INVENTORY_RESERVED', { sku: 'a', quantity: 1 });
const paid = event('PAYMENT_COMPLETED', { captured: 1 });
const shipped = event('SHIPMENT_CREATED', { tracking: 't' });
const notShipped = event('SHIPMENT_FAILED', { reason: 'no', cause: 'rejected' });
const released = event('INVENTORY_RELEASED', { outcome: 'released' });
const refunded = event('PAYMENT_REFUNDED', { outcome: 'refunded', refunded: 1 });
const voided = event('SHIPMENT_CANCELLED', { outcome: 'voided' });

describe('the book of a choreographed saga', () => {
  test('has one row of what is told twice', () => {
    const events = [reserved, paid, notShipped, refunded, released, voided];
    expect(read([...events, ...events]).rows).toEqual(read(events).rows);
  });

  test('comes to the same end in whatever order the events of a success arrive', () => {
    for (const events of permutations([reserved, paid, shipped])) {
      const page = read(events);
      expect(outcomeOf(page)).toBe('confirmed');
      expect(
        page.rows
          .filter((row) => row.status === 'OK')
          .map((row) => row.step)
          .sort(),
      ).toEqual(['charge', 'reserve', 'ship']);
    }
  });

  test('comes to the same end in whatever order the events of a failure and of its undoing arrive', () => {
    for (const events of permutations([reserved, paid, notShipped, released, refunded, voided])) {
      const page = read(events);
      expect(outcomeOf(page)).toBe('compensated');
      expect(page).toMatchObject({ settled: 'CANCELLED', cause: 'rejected' });
      const undone = page.rows.filter((row) => row.status === 'COMPENSATED').map((row) => row.step);
      expect(undone.sort()).toEqual(['charge', 'reserve']);
    }
  });

  test('does not end a cancelled saga before everybody has said that nothing is left', () => {
    expect(outcomeOf(read([reserved, paid, notShipped, released, refunded]))).toBeNull();
    expect(outcomeOf(read([reserved, paid, notShipped, released, refunded, voided]))).toBe('compensated');
  });

  test('keeps the first end: what asks for another one comes too late', () => {
    expect(read([notShipped, shipped])).toMatchObject({ settled: 'CANCELLED' });
    expect(read([shipped, notShipped])).toMatchObject({ settled: 'CONFIRMED' });
  });

  test('of a delivered order does not change when that is returned', () => {
    const delivered = read([reserved, paid, shipped]);
    expect(read([reserved, paid, shipped, refunded, released])).toEqual(delivered);
  });

  test('dates what is taken back from the failure, which its participants hear as early as orders does', () => {
    const page = read([reserved, paid, notShipped]);
    const clock = { ...systemClock, now: () => Date.parse(voided.at) + 60_000 };
    const rows = cancelRows(page, { status: 'CANCELLED', cause: 'rejected', reason: 'no' }, clock);
    const compensating = rows.filter((row) => row.status === 'COMPENSATING');
    expect(compensating.map((row) => row.step)).toEqual(['charge', 'reserve']);
    for (const row of compensating) {
      expect(row.at).toBeGreaterThan(Date.parse(notShipped.at));
      expect(row.at).toBeLessThan(Date.parse(released.at));
    }
  });

  test('has everything undone that was told or done, and nothing that was refused or undone', () => {
    expect(toUndo(read([reserved]))).toEqual(['reserve', 'charge']);
    expect(toUndo(read([reserved, paid, notShipped]))).toEqual(['reserve', 'charge']);
    expect(toUndo(read([reserved, paid, notShipped, refunded]))).toEqual(['reserve']);
  });

  test('calls a saga rejected of which nothing had happened, and failed when nobody knows why', () => {
    const tombstones = [
      event('INVENTORY_RELEASED', { outcome: 'tombstoned' }),
      event('PAYMENT_REFUNDED', { outcome: 'voided', refunded: 0 }),
      voided,
    ];
    const soldOut = event('INVENTORY_RESERVATION_FAILED', { reason: 'sold out', cause: 'rejected' });
    expect(outcomeOf(read([soldOut, ...tombstones]))).toBe('rejected');
    const unclear = event('PAYMENT_FAILED', { reason: 'no answer', cause: 'exhausted' });
    expect(outcomeOf(read([unclear, ...tombstones]))).toBe('failed');
    expect(read([soldOut, ...tombstones]).rows.map((row) => row.status)).toEqual(['FAILED']);
  });
});
