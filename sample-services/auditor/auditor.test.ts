import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { AuditedShop } from '../testing/audited-shop.ts';
import { ask } from '../testing/postgres.ts';

const soon = { timeout: 30_000, interval: 100 };

let audited: AuditedShop;
beforeAll(async () => {
  audited = await AuditedShop.start();
});
afterAll(async () => {
  await audited.stop();
});
afterEach(() => {
  for (const meddler of Object.values(audited.shop.meddlers)) meddler.heal();
});

/** Every order was found right, and nothing is waited for. */
const allRight = () =>
  vi.waitFor(async () => {
    const wall = await audited.wall();
    expect(wall.invariants.filter((row) => row.verdict !== 'OK')).toEqual([]);
    expect(wall.open).toBe(0);
  }, soon);

async function placed(change: Record<string, unknown> = {}): Promise<{ orderId: string; sagaId: string }> {
  const order = await audited.shop.order(change);
  if (order?.orderId === undefined) throw new Error('the order was not taken');
  return order;
}

/** Nothing more will be heard of it, which could mend what we break. */
const told = (orderId: string) =>
  vi.waitFor(async () => {
    const heard = await ask(
      audited.shop.databases.orderview ?? '',
      `select 1 from view_event where order_id = $1 and stream like 'notification:%'`,
      [orderId],
    );
    expect(heard).toHaveLength(3);
  }, soon);

const sql = async (database: string, text: string, values: unknown[] = []) => {
  await ask(audited.shop.databases[database] ?? '', text, values);
};

interface Break {
  id: string;
  what: string;
  /** SQL with $1 the order, $2 its saga. */
  database: string;
  harm: string;
  mend: string;
}

const SAGA_ROW = `(saga_id, step, kind, status, attempt, epoch, owner, key)`;
const BREAKS: readonly Break[] = [
  {
    ...{ id: 'I1', what: 'a cent that the provider kept', database: 'outside-world' },
    harm: `update provider_statement set amount = amount + 1 where kind = 'capture' and order_id = $1`,
    mend: `update provider_statement set amount = amount - 1 where kind = 'capture' and order_id = $1`,
  },
  {
    ...{ id: 'I2', what: 'a second capture', database: 'outside-world' },
    harm: `insert into provider_statement (kind, reference, order_id, amount) values ('capture', $1 || '-again', $1, 1)`,
    mend: `delete from provider_statement where reference = $1 || '-again'`,
  },
  {
    ...{ id: 'I3', what: 'goods of a delivered order given to nobody', database: 'inventory' },
    harm: `update reservation set status = 'released' where order_id = $1`,
    mend: `update reservation set status = 'reserved' where order_id = $1`,
  },
  {
    ...{ id: 'I3', what: 'a shelf that does not fit its reservations', database: 'inventory' },
    harm: `update stock set available = available - 3, reserved = reserved + 3 where sku = 'sku-07' and $1 <> ''`,
    mend: `update stock set available = available + 3, reserved = reserved - 3 where sku = 'sku-07' and $1 <> ''`,
  },
  {
    ...{ id: 'I4', what: 'one half of a double entry', database: 'payments' },
    harm: `update ledger set amount = amount + 7 where account = 'revenue' and order_id = $1`,
    mend: `update ledger set amount = amount - 7 where account = 'revenue' and order_id = $1`,
  },
  {
    ...{ id: 'I5', what: 'a shipment which the carrier has and we have not', database: 'shipping' },
    harm: `update shipment set status = 'cancelled' where order_id = $1`,
    mend: `update shipment set status = 'created' where order_id = $1`,
  },
  {
    ...{ id: 'I5', what: 'money for an order that nobody placed', database: 'outside-world' },
    harm: `insert into provider_statement (kind, reference, order_id, amount) values ('capture', 'x-' || $1, 'x-' || $1, 5)`,
    mend: `delete from provider_statement where order_id = 'x-' || $1`,
  },
  {
    ...{ id: 'I6', what: 'a second parcel', database: 'outside-world' },
    harm: `insert into carrier_statement (kind, reference, order_id) values ('label', $1 || '-again', $1)`,
    mend: `delete from carrier_statement where reference = $1 || '-again'`,
  },
  {
    ...{ id: 'I7', what: 'a message that the order view never handled', database: 'orderview' },
    harm: `with gone as (delete from inbox where message_id in (
             select event->>'id' from view_event where order_id = $1 and event->>'type' = 'ORDER_CONFIRMED')
           returning message_id, consumer)
           insert into harm select message_id, consumer from gone`,
    mend: `with back as (delete from harm where $1 <> '' returning message_id, consumer)
           insert into inbox select message_id, consumer from back`,
  },
  {
    ...{ id: 'I8', what: 'a gap in a stream', database: 'payments' },
    harm: `update event set version = version + 1 where meta->>'orderId' = $1`,
    mend: `update event set version = version - 1 where meta->>'orderId' = $1`,
  },
  {
    ...{ id: 'I8', what: 'a customer told twice', database: 'outside-world' },
    harm: `insert into mail_statement (kind, reference, order_id) values ('sms', $1 || '-again', $1)`,
    mend: `delete from mail_statement where reference = $1 || '-again'`,
  },
  {
    ...{ id: 'I9', what: 'a second end', database: 'orders' },
    harm: `insert into event (id, stream, version, type, data, meta) select gen_random_uuid(), stream, 3, 'ORDER_CANCELLED',
           data || '{"cause": "cancelled", "reason": ""}', meta from event where stream = 'order:' || $1 and version = 2`,
    mend: `delete from event where stream = 'order:' || $1 and version = 3`,
  },
  {
    ...{ id: 'I10', what: 'a saga that nobody cares for', database: 'orders' },
    // Of no engine that runs: one of ours would take it up.
    harm: `insert into saga (id, type, mode, order_id, owner, epoch, lease_until, carrier, created_at, engine)
           select 'dead-' || $1, 'create-order', 'orchestrated', $1, 'nobody', 1, now() - interval '1 hour', '{}',
             now() - interval '1 hour', 'none'`,
    mend: `delete from saga where id = 'dead-' || $1`,
  },
  {
    ...{
      id: 'I10',
      what: 'a choreographed saga of which nobody was told to take it back',
      database: 'orders',
    },
    harm: `insert into choreography (saga_id, order_id, amount, carrier, settled, cause, created_at)
           values ('dead-' || $1, $1, 1, '{}', 'CANCELLED', 'cancelled', now() - interval '1 hour')`,
    mend: `delete from choreography where saga_id = 'dead-' || $1`,
  },
  {
    ...{ id: 'I11', what: 'a read model that says something else', database: 'orderview' },
    harm: `update order_details set details = jsonb_set(details, '{amount}', '1') where order_id = $1`,
    mend: `update order_details set details = jsonb_set(details, '{amount}', '4200') where order_id = $1`,
  },
  {
    ...{ id: 'I11', what: 'a line of the recent orders that was left behind', database: 'orderview' },
    harm: `update recent_order set line = jsonb_set(line, '{status}', '"PENDING"') where order_id = $1`,
    mend: `update recent_order set line = jsonb_set(line, '{status}', '"CONFIRMED"') where order_id = $1`,
  },
  {
    ...{ id: 'I12', what: 'steps undone in the order in which they were done', database: 'orders' },
    harm: `insert into saga_step ${SAGA_ROW} select $2, step, 'compensate', 'COMPENSATED', 1, 1, owner, 'harm'
           from saga_step where saga_id = $2 and status = 'INTENT' and step in ('reserve', 'charge') order by seq`,
    mend: `delete from saga_step where saga_id = $2 and key = 'harm'`,
  },
  {
    ...{ id: 'I12', what: 'a capture after its void', database: 'outside-world' },
    harm: `insert into provider_statement (seq, kind, reference, order_id)
           select min(seq) - 1000000, 'void', min(reference), $1 from provider_statement where order_id = $1 and kind = 'capture'`,
    mend: `delete from provider_statement where order_id = $1 and kind = 'void'`,
  },
  {
    ...{ id: 'I14', what: 'a row of an owner whose time was over', database: 'orders' },
    harm: `insert into saga_step ${SAGA_ROW} select $2, '', '', 'TAKEOVER', 0, e, 'late/' || e, 'harm'
           from (values (9), (8)) as epochs (e)`,
    mend: `delete from saga_step where saga_id = $2 and key = 'harm'`,
  },
];

/** Each statement with the parameters that it names. */
const run = ({ database }: Break, text: string, { orderId, sagaId }: { orderId: string; sagaId: string }) =>
  text.includes('$2') ? sql(database, text.replaceAll('$2', '$1'), [sagaId]) : sql(database, text, [orderId]);

describe('the wall', () => {
  test('is green after orders of both modes that came through or were refused at each step', async () => {
    for (const mode of ['orchestrated', 'choreographed']) {
      await placed({ mode });
      await placed({ mode, sku: 'sku-sold-out' });
      await placed({ mode, cardToken: 'tok_declined' });
      await placed({ mode, address: '1 Nowhere Road, 00000 Atlantis' });
    }
    await allRight();
    const figures = (await audited.wall()).invariants.find(({ id }) => id === 'I7')?.figures;
    expect(figures).toMatchObject({ lost: 0, duplicated: 0, recovered: 0, dead: 0, unsent: 0 });
    expect(figures?.handled).toBeGreaterThan(10);
    const consistency = await (await fetch(`${audited.auditor.url}/consistency`)).json();
    expect(consistency).toMatchObject({ sagas: 8 });
  });

  test('stays green when an order is cancelled, returned or repeated', async () => {
    const key = randomUUID();
    await Promise.all([audited.shop.order({}, key), audited.shop.order({}, key)]);
    const { orderId } = await placed();
    const returned = await fetch(`${audited.shop.services.orders.url}/orders/${orderId}/cancel`, {
      method: 'POST',
    });
    expect(returned.ok).toBe(true);
    await vi.waitFor(async () => {
      const events = await audited.shop.sql('orders', 'select 1 from event where stream = $1', [
        `order:${orderId}`,
      ]);
      expect(events).toHaveLength(3);
    }, soon);
    await allRight();
    await audited.sweepEverything();
    await allRight();
  });
});

describe('an invariant', () => {
  beforeAll(async () => {
    await sql('orderview', 'create table harm (message_id text, consumer text)');
  });

  test.each(BREAKS)('$id turns red for $what, and green when it is mended', async (harm) => {
    const order = await placed();
    await told(order.orderId);
    await allRight();
    await run(harm, harm.harm, order);
    await vi.waitFor(async () => {
      await audited.sweepEverything();
      expect((await audited.notOk())[harm.id]).toBe('VIOLATION');
    }, soon);
    const { evidence } = await audited.evidence(harm.id);
    expect(evidence.length).toBeGreaterThan(0);
    expect(evidence[0]?.found).not.toBe(evidence[0]?.expected);
    await run(harm, harm.mend, order);
    await vi.waitFor(async () => {
      await audited.sweepEverything();
      expect(await audited.notOk()).toEqual({});
    }, soon);
    await allRight();
  });
});

test('what was found in a database is not over when nobody can look there any more', async () => {
  const { orderId } = await placed();
  await told(orderId);
  await allRight();
  const admin = (text: string) => ask(audited.shop.postgres.adminUrl, text);
  await sql(
    'payments',
    `insert into charge (id, order_id, amount, mode, status) values ($1 || '-again', $1, 1, 'orchestrated', 'captured')`,
    [orderId],
  );
  await vi.waitFor(async () => {
    await audited.sweepEverything();
    expect(await audited.notOk()).toEqual({ I8: 'VIOLATION' });
  }, soon);
  await admin('alter database payments allow_connections false');
  try {
    await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'payments'`);
    await vi.waitFor(async () => expect((await audited.notOk()).I4).toBe('UNKNOWN'), soon);
    await audited.sweepEverything();
    expect((await audited.notOk()).I8).toBe('VIOLATION');
  } finally {
    await admin('alter database payments allow_connections true');
  }
  await vi.waitFor(() => sql('payments', `delete from charge where id = $1 || '-again'`, [orderId]), soon);
  await vi.waitFor(async () => {
    await audited.sweepEverything();
    expect(await audited.notOk()).toEqual({});
  }, soon);
});

test('what an operator acknowledges is counted apart with his reason, and what comes later is red again', async () => {
  const [one, two] = [await placed(), await placed()];
  for (const { orderId } of [one, two]) await told(orderId);
  await allRight();
  const twice = (orderId: string) =>
    sql(
      'outside-world',
      `insert into mail_statement (kind, reference, order_id) values ('sms', $1 || '-again', $1)`,
      [orderId],
    );
  const red = () => vi.waitFor(async () => expect(await audited.notOk()).toEqual({ I8: 'VIOLATION' }), soon);
  await twice(one.orderId);
  await red();
  expect(await audited.acknowledge('I8', 'the test told this customer twice')).toBe(1);
  expect(await audited.notOk()).toEqual({});
  expect((await audited.evidence('I8')).known).toMatchObject([
    { orderId: one.orderId, found: '2 by sms', reason: 'the test told this customer twice' },
  ]);
  await audited.sweepEverything();
  expect(await audited.notOk()).toEqual({});
  await twice(two.orderId);
  await red();
  expect((await audited.evidence('I8')).evidence).toMatchObject([{ orderId: two.orderId }]);
});
