import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../kit/database.ts';
import { setProtection } from '../kit/protections.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { beginRefund, openCharge, settleCaptured, settleDeclined, settleRefund } from './charges.ts';
import { readPayment, readPaymentEvents } from './payment.ts';
import { PAYMENTS_SCHEMA } from './schema.ts';

let postgres: TestPostgres;
let db: Database;
beforeAll(async () => {
  postgres = await startTestPostgres();
  const url = await postgres.database('payments');
  db = new Database({ url, schema: PAYMENTS_SCHEMA, log: pino({ level: 'silent' }), max: 10 });
  await db.whenReady();
});
afterAll(async () => {
  await db.close();
  await postgres.stop();
});
afterEach(() => setProtection('tombstones', true));

function newCharge() {
  const sagaId = randomUUID();
  return {
    id: `${sagaId}:charge:action`,
    orderId: randomUUID(),
    sagaId,
    mode: 'orchestrated',
    amount: 4_200,
  } as const;
}
const captured = (id: string) => db.transaction((tx) => settleCaptured(tx, { id, captured: 4_200 }));
const refunded = (id: string, amount = 4_200) =>
  db.transaction((tx) =>
    settleRefund(tx, id, { outcome: amount === 0 ? 'voided' : 'refunded', refunded: amount }),
  );
const ledger = async (id: string) => {
  const [row] = await db.query<{ sum: number; provider: number; entries: number }>(
    `select coalesce(sum(amount), 0)::int as sum, count(*)::int as entries,
       coalesce(sum(amount) filter (where account = 'provider'), 0)::int as provider from ledger where charge = $1`,
    [id],
  );
  return row;
};
const types = async (id: string) => (await readPaymentEvents(db, id)).map((event) => event.type);

describe('a payment', () => {
  test('is what its events say, at each of its versions', async () => {
    const charge = newCharge();
    const { id, orderId, sagaId } = charge;
    expect(await readPayment(db, id)).toBeNull();
    await openCharge(db, charge);
    await captured(id);
    await beginRefund(db, id, charge);
    await refunded(id);
    const now = await readPayment(db, id);
    expect(now).toMatchObject({
      payment: id,
      orderId,
      sagaId,
      status: 'refunded',
      captured: 4_200,
      refunded: 4_200,
      version: 2,
    });
    const then = await readPayment(db, id, { version: 1 });
    expect(then).toMatchObject({ status: 'captured', captured: 4_200, refunded: 0, version: 1 });
    expect(await readPayment(db, id, { at: new Date(0) })).toBeNull();
  });

  test('settled many times at once is one event and one entry in the ledger', async () => {
    const charge = newCharge();
    await openCharge(db, charge);
    await Promise.all(Array.from({ length: 8 }, () => captured(charge.id)));
    expect(await types(charge.id)).toEqual(['PAYMENT_COMPLETED']);
    expect(await ledger(charge.id)).toEqual({ sum: 0, provider: 4_200, entries: 2 });
  });

  test('whose refund comes before the answer to its charge is refunded in all books', async () => {
    const charge = newCharge();
    await openCharge(db, charge);
    expect(await beginRefund(db, charge.id, charge)).toBe('open');
    await refunded(charge.id);
    await captured(charge.id);
    expect(await types(charge.id)).toEqual(['PAYMENT_REFUNDED']);
    expect(await readPayment(db, charge.id)).toMatchObject({
      status: 'refunded',
      captured: 4_200,
      refunded: 4_200,
    });
    expect(await ledger(charge.id)).toEqual({ sum: 0, provider: 0, entries: 4 });
  });

  test('that was declined has failed, once', async () => {
    const charge = newCharge();
    await openCharge(db, charge);
    const declined = () => db.transaction((tx) => settleDeclined(tx, charge.id, 'no money'));
    await Promise.all([declined(), declined(), declined()]);
    expect(await types(charge.id)).toEqual(['PAYMENT_FAILED']);
    expect(await readPayment(db, charge.id)).toMatchObject({ status: 'failed', reason: 'no money' });
  });
});

describe('a charge that comes after its refund', () => {
  test('is refused, whichever of the two wins the race', async () => {
    for (let round = 0; round < 20; round++) {
      const charge = newCharge();
      const [opened, refunding] = await Promise.all([
        openCharge(db, charge),
        beginRefund(db, charge.id, charge),
      ]);
      // Either the charge was seen, and what it did is refunded; or it came late, and does nothing.
      expect(refunding).toBe(opened ? 'open' : 'unseen');
      expect(await openCharge(db, charge)).toBe(false);
    }
  });

  test('is carried out with tombstones taken away', async () => {
    setProtection('tombstones', false);
    const charge = newCharge();
    expect(await beginRefund(db, charge.id, charge)).toBe('forgotten');
    expect(await openCharge(db, charge)).toBe(true);
    await captured(charge.id);
    expect(await ledger(charge.id)).toMatchObject({ provider: 4_200 });
  });
});
