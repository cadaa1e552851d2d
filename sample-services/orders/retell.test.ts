import { type LogRecord, logs } from '@opentelemetry/api';
import { SAGA_ATTR } from '@stormglass/agents/contract';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Database } from '../kit/database.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { retell } from './retell.ts';
import { ORDERS_SCHEMA } from './schema.ts';

const KILLED_AT = 1_800_000_000_000;

const records: LogRecord[] = [];
let server: TestPostgres;
let db: Database;
beforeAll(async () => {
  logs.setGlobalLoggerProvider({
    getLogger: () => ({ emit: (record) => records.push(record), enabled: () => true }),
  });
  server = await startTestPostgres();
  db = new Database({
    url: await server.database('orders'),
    schema: ORDERS_SCHEMA,
    log: pino({ level: 'silent' }),
  });
  await db.whenReady();
  await db.query(
    `insert into saga (id, type, mode, order_id, owner, epoch, lease_until, outcome, carrier, input)
     values ('s1', 'create-order', 'orchestrated', 'o1', 'orders-1/a', 1, now(), 'confirmed', '{}', '{"amount": 8490}')`,
  );
  await db.query(
    `insert into choreography (saga_id, order_id, amount, carrier, outcome) values ('c1', 'o2', 700, '{}', null)`,
  );
  await step('saga_step', 's1', -60_000, 'STARTED');
  await step('saga_step', 's1', -200, 'GIVE_UP');
  await step('saga_step', 's1', 0, 'ENDED');
  await step('choreography_step', 'c1', -10_000, 'STARTED');
  await step('choreography_step', 'c1', 30, 'INTENT');
  // Of the new life: it says so itself.
  await step('saga_step', 's1', 5_000, 'TAKEOVER');
});
afterAll(async () => {
  await db.close();
  await server.stop();
});
beforeEach(() => {
  records.length = 0;
});

async function step(book: string, sagaId: string, afterMs: number, status: string): Promise<void> {
  const epoch = book === 'saga_step' ? ['epoch, ', '1, '] : ['', ''];
  await db.query(
    `insert into ${book} (saga_id, step, kind, status, attempt, ${epoch[0]}owner, key, at)
     values ($1, '', '', $2, 1, ${epoch[1]}'orders', '', to_timestamp($3 / 1000.0))`,
    [sagaId, status, KILLED_AT + afterMs],
  );
}

const said = () =>
  records.map(({ eventName, timestamp, attributes }) => ({
    event: eventName,
    at: Number(timestamp) - KILLED_AT,
    saga: attributes?.[SAGA_ATTR.id],
    outcome: attributes?.[SAGA_ATTR.outcome],
    amount: attributes?.[SAGA_ATTR.amount],
  }));

test('a new life says again what its predecessor wrote in its last seconds, as it was, and nothing else', async () => {
  expect(await retell(db, KILLED_AT + 4_000)).toBe(4);
  expect(said()).toEqual([
    { event: 'saga.completed', at: 0, saga: 's1', outcome: 'confirmed', amount: undefined },
    { event: 'saga.started', at: -10_000, saga: 'c1', outcome: '', amount: 700 },
    { event: 'saga.step_intent', at: 30, saga: 'c1', outcome: '', amount: undefined },
  ]);
});

test('in an empty book there is nothing to say', async () => {
  expect(await retell(db, KILLED_AT - 3_600_000)).toBe(0);
  expect(said()).toEqual([]);
});
