import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Books } from '../audited-books/books.ts';
import { Auditor } from './auditor.ts';
import { readAuditSettings } from './settings.ts';

/** Nobody is at work in these books, and each sweep is asked for: what is not found after so many is not found. */
const SWEEPS = 4;
/** More than are looked at in one sweep. */
const WAITING = 5_100;
const DEAD = 600;

let books: Books;
let auditor: Auditor;
beforeAll(async () => {
  books = await Books.open();
}, 120_000);
afterAll(() => books.close());
beforeEach(() => {
  auditor = newAuditor();
});
afterEach(async () => {
  await auditor.close();
  await books.empty();
});

function newAuditor(): Auditor {
  const settings = readAuditSettings({
    AUDIT_DATABASES: JSON.stringify(books.readable),
    AUDIT_LAG_MS: '100',
    AUDIT_SETTLE_MS: '100',
  });
  return new Auditor(settings, null, null);
}

const entry = (id: string) => {
  const found = auditor.wall.find(({ invariant }) => invariant.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
const verdict = (id: string) => entry(id).verdict;
/** Verdicts by invariant, those that are OK left out. */
const notOk = () =>
  Object.fromEntries(
    auditor.wall.filter(({ verdict }) => verdict !== 'OK').map((each) => [each.invariant.id, each.verdict]),
  );
const sweep = async (times = SWEEPS, everything = false) => {
  for (let i = 0; i < times; i++) await auditor.sweep(everything);
};

/** Events of payments about nobody's order, which the order view alone is told of; their ids. */
async function told(count: number, at = 'now()'): Promise<string[]> {
  const rows = await books.sql<{ id: string }>(
    'payments',
    `with added as (
       insert into event (id, stream, version, type, data, meta, at)
       select gen_random_uuid(), 'payment:nobody', i, 'PAYMENT_FAILED', '{}',
         '{"orderId": "nobody", "sagaId": "nobody", "mode": "orchestrated"}', ${at} from generate_series(1, $1::int) i
       returning id)
     select id from added`,
    [count],
  );
  return rows.map(({ id }) => id);
}

/** Ids of all messages about that order to the order view, which has heard nothing of it any more. */
async function unheard(n: number): Promise<string[]> {
  const types = ['ORDER_CREATED', 'ORDER_CONFIRMED', 'PAYMENT_COMPLETED', 'SHIPMENT_CREATED'];
  for (const table of ['order_details', 'user_order']) {
    await books.sql('orderview', `delete from ${table} where order_id = $1`, [`order-${n}`]);
  }
  const rows = await books.sql<{ message_id: string }>(
    'orderview',
    `delete from inbox where message_id in (select md5(type || $1::text)::uuid::text from unnest($2::text[]) type)
     returning message_id`,
    [n, types],
  );
  return rows.map(({ message_id }) => message_id);
}

describe('however many messages wait', () => {
  test('and are dead, a younger one is found', async () => {
    await sweep(1);
    const older = await told(DEAD + WAITING);
    await books.job('orderview', older.slice(0, DEAD), 'failed');
    await books.job('orderview', older.slice(DEAD), 'waiting');
    await sweep(2);
    await books.deliver(1, 1);
    const ids = await unheard(1);
    await books.job('orderview', ids, 'waiting');
    for (let i = 0; i < SWEEPS; i++) {
      await sweep(1);
      expect([verdict('I7'), verdict('I11')]).not.toContain('VIOLATION');
    }
    // What the order view lacks is known to be on its way to it.
    expect(entry('I11').pending.map(({ orderId, weight }) => [orderId, weight])).toEqual([
      ['order-1', 'inFlight'],
    ]);
    await books.sql('broker', 'delete from bullmq.job where id = any($1)', [ids]);
    await sweep();
    expect(entry('I7').violations.map(({ orderId }) => orderId)).toEqual(Array(4).fill('order-1'));
    expect(verdict('I11')).toBe('VIOLATION');
  });

  test('in an outbox, none of them is lost', async () => {
    await sweep(1);
    const outbox = `insert into outbox (id, queue, name, payload, conversation_id, headers)`;
    await books.sql(
      'orders',
      `${outbox} select gen_random_uuid(), 'nobody', 'x', '{}', '', '{}' from generate_series(1, 20001)`,
    );
    await books.deliver(1, 1);
    await unheard(1);
    await books.sql(
      'orders',
      `${outbox} select id, 'orderview.events', type, '{}', '', '{}' from event where stream = 'order:order-1'`,
    );
    await sweep();
    const lost = entry('I7').violations.map(({ key }) => key);
    expect(lost).toHaveLength(2);
    const events = await books.sql<{ id: string }>('orders', 'select id from event');
    expect(lost.filter((key) => events.some(({ id }) => key.startsWith(id)))).toEqual([]);
  });
});

describe('a choreographed saga that is taken back', () => {
  test('is not at rest until everybody has said so, though nothing is on its way in between', async () => {
    await books.deliver(1, 1);
    await books.sql(
      'orders',
      `update event set type = 'ORDER_CANCELLED', data = data || '{"cause": "cancelled", "reason": ""}',
         meta = meta || '{"mode": "choreographed"}' where type = 'ORDER_CONFIRMED'`,
    );
    await books.sql('orders', `update order_head set status = 'CANCELLED'`);
    await books.sql('orders', 'truncate saga cascade');
    await books.sql(
      'orders',
      `insert into choreography (saga_id, order_id, amount, carrier, settled, cause, told_at)
       values ('saga-1', 'order-1', 4200, '{}', 'CANCELLED', 'cancelled', now())`,
    );
    for (const queue of ['inventory', 'payments', 'shipping']) {
      await books.sql(
        queue,
        `insert into inbox (message_id, consumer) values (md5('ORDER_CONFIRMED1')::uuid::text, $1)`,
        [`${queue}.events`],
      );
    }
    await sweep();
    expect([verdict('I1'), verdict('I3'), verdict('I6')]).toEqual(['OK', 'OK', 'OK']);
    expect(auditor.open).toBe(1);
    await books.sql('orders', 'update choreography set ended_at = now()');
    await sweep();
    expect([verdict('I1'), verdict('I3'), verdict('I6')]).toEqual(Array(3).fill('VIOLATION'));
  });
});

describe('a database that fails in the middle of a sweep', () => {
  test.each([
    { database: 'payments', table: 'outbox', unknown: ['I4', 'I5', 'I7', 'I8'], seen: ['I1', 'I9'] },
    { database: 'orders', table: 'saga', unknown: ['I1', 'I7', 'I9', 'I10'], seen: [] },
    { database: 'outside-world', table: 'mail_statement', unknown: ['I1', 'I2', 'I8'], seen: ['I4', 'I9'] },
  ])('($database, $table) leaves unknown what needs it, and says why', async (locked) => {
    await books.deliver(1, 3);
    await sweep(2);
    expect(notOk()).toEqual({});
    await books.lock(locked.database, locked.table);
    await sweep(1);
    for (const id of locked.unknown) {
      expect(entry(id)).toMatchObject({ verdict: 'UNKNOWN' });
      expect(entry(id).unread).toMatch(new RegExp(`${locked.database} cannot be read: .*lock timeout`));
    }
    for (const id of locked.seen) expect(verdict(id)).toBe('OK');
    await books.unlock();
    await sweep(3);
    expect(notOk()).toEqual({});
    expect(auditor.open).toBe(0);
  });

  test('loses nothing that was read before it failed', async () => {
    await sweep(1);
    await books.deliver(1, 1);
    await unheard(1);
    await books.lock('outside-world', 'mail_statement');
    await sweep(1);
    await books.unlock();
    await sweep();
    expect(entry('I7').violations).toHaveLength(4);
  });
});

test('an auditor that was away finds messages lost long ago, of a participant and to a channel', async () => {
  await books.deliver(1, 1);
  for (const [database, message] of [
    ['orderview', 'PAYMENT_COMPLETED1'],
    ['notifications', 'mail1'],
  ] as const) {
    await books.sql(database, 'delete from inbox where message_id = md5($1)::uuid::text', [message]);
  }
  // Further back than a new auditor reads; too old to be looked for themselves.
  await told(2_500, `now() - interval '9 days'`);
  await sweep(3, true);
  expect(
    entry('I7')
      .violations.map(({ key }) => key.split('@')[1])
      .sort(),
  ).toEqual(['notifications.email', 'notifications.push', 'notifications.sms', 'orderview.events']);
});

test('I10: a choreographed saga is pending until orders gives it up, which it is to do within D', async () => {
  const D = 60;
  await books.sql(
    'orders',
    `insert into choreography (saga_id, order_id, amount, carrier, settled, created_at)
     select id, id, 1, '{}', settled, now() - make_interval(secs => age) from (values
       ('young', $1 / 2, null), ('not given up yet', 2 * $1 - 20, null), ('forgotten', 2 * $1 + 10, null),
       ('cancelled, and nobody told', $1 + 10, 'CANCELLED')) saga (id, age, settled)`,
    [D],
  );
  await sweep(1);
  expect(
    entry('I10')
      .violations.map(({ key }) => key)
      .sort(),
  ).toEqual(['cancelled, and nobody told', 'forgotten']);
});
