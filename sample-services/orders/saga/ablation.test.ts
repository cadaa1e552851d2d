import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../kit/clock.ts';
import { Database } from '../../kit/database.ts';
import { fixedEndpoint } from '../../kit/peer/endpoints.ts';
import { Peer } from '../../kit/peer/peer.ts';
import { type Protection, setProtection } from '../../kit/protections.ts';
import { seededRandom } from '../../kit/random.ts';
import { Seal } from '../../kit/sealed.ts';
import { LeapingClock } from '../../testing/leaping-clock.ts';
import { Meddler } from '../../testing/meddler.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { ORDERS_SCHEMA } from '../schema.ts';
import { type PeerService, Witness } from './battery/witness.ts';
import { createOrderSaga } from './create-order.ts';
import { SagaDrive } from './driver.ts';
import { type EngineOptions, JournalEngine } from './engine.ts';
import { Journal } from './journal.ts';
import { SAGA_POLICY, type SagaPolicy } from './policy.ts';
import type { SagaInput, SagaView } from './port.ts';
import { returnOrderSaga } from './return-order.ts';
import { Transcript } from './transcript.ts';

const SERVICES = ['inventory', 'payments', 'shipping'] as const;
const POLICY: SagaPolicy = { ...SAGA_POLICY, retryBaseMs: 10, retryCapMs: 50, leaseMs: 600 };
const ORDER: SagaInput = {
  ...{ userId: 'user-1', sku: 'sku-01', quantity: 2, amount: 4_200, cardToken: 'tok_visa' },
  ...{ address: '1 Harbour Street, 20095 Hamburg', mode: 'orchestrated' },
};
const log = pino({ level: 'silent' });
const soon = { timeout: 30_000, interval: 30 };

/** An engine with a database connection of its own. Without the connection it is as good as dead: it can write nothing. */
interface Owner {
  engine: JournalEngine;
  db: Database;
}

class Field {
  readonly seal = new Seal(randomUUID());
  readonly witness = new Witness(this.seal);
  readonly meddlers = {} as Record<PeerService, Meddler>;
  readonly #owners: Owner[] = [];
  readonly #peers: Peer[] = [];
  #postgres: TestPostgres | undefined;
  #url = '';

  async open(): Promise<void> {
    this.#postgres = await startTestPostgres();
    this.#url = await this.#postgres.database('orders');
    await this.witness.listen();
    for (const service of SERVICES) {
      this.meddlers[service] = await Meddler.start();
      this.meddlers[service].forwardTo(this.witness.url(service));
    }
  }

  async database(): Promise<Database> {
    const db = new Database({ url: this.#url, schema: ORDERS_SCHEMA, log });
    await db.whenReady();
    return db;
  }

  definitions() {
    const random = seededRandom(1);
    const make = (name: PeerService) => {
      const peer = new Peer({ name, endpoints: fixedEndpoint(name, this.meddlers[name].url), random });
      this.#peers.push(peer);
      return peer;
    };
    const peers = { inventory: make('inventory'), payments: make('payments'), shipping: make('shipping') };
    return [createOrderSaga(peers), returnOrderSaga(peers)] as const;
  }

  async owner(instance: string, change: Partial<EngineOptions> = {}): Promise<Owner> {
    const db = await this.database();
    const parts = { definitions: this.definitions(), seal: this.seal, random: seededRandom(2) };
    const who = { instance, instanceIsStable: true, policy: POLICY };
    const owner = { db, engine: new JournalEngine({ db, log, ...parts, ...who, ...change }) };
    this.#owners.push(owner);
    return owner;
  }

  /** Like kill -9, as far as the database can tell: from here on it writes nothing, its leases run out. */
  async die({ db }: Owner): Promise<void> {
    await db.close();
  }

  async close(): Promise<void> {
    for (const meddler of Object.values(this.meddlers)) {
      meddler.heal();
      meddler.releaseHeld();
    }
    for (const { engine, db } of this.#owners) {
      await engine.close().catch(() => undefined);
      await db.close().catch(() => undefined);
    }
    for (const peer of this.#peers) await peer.close();
    for (const meddler of Object.values(this.meddlers)) await meddler.stop();
    await this.witness.close();
    await this.#postgres?.stop();
  }
}

let field: Field;
beforeEach(async () => {
  field = new Field();
  await field.open();
});
afterEach(async () => {
  await field.close();
});

/** Runs `work` with that protection on or off; it is on again afterwards, whatever happens. */
async function having<T>(protection: Protection, on: boolean, work: () => Promise<T>): Promise<T> {
  setProtection(protection, on);
  try {
    return await work();
  } finally {
    setProtection(protection, true);
  }
}

function ending(engine: JournalEngine, sagaId: string): Promise<SagaView> {
  return vi.waitFor(async () => {
    const saga = await engine.get(sagaId);
    expect(['confirmed', 'compensated', 'rejected', 'failed']).toContain(saga?.status);
    return saga as SagaView;
  }, soon);
}

const both = [{ on: true }, { on: false }];

describe('the textbook saga (hardened-saga off)', () => {
  test.each(both)('hardened: $on, when the reply to a charge is lost', async ({ on }) => {
    const { engine } = await field.owner('a');
    field.meddlers.payments.meddle('/charges', 'lose-reply');
    await having('hardened-saga', on, async () => {
      const { sagaId, orderId } = await engine.start(ORDER, randomUUID());
      expect((await ending(engine, sagaId)).status).toBe('compensated');
      // The customer paid for nothing, and the saga says that all was undone.
      expect(field.witness.standing(orderId)).toEqual(on ? {} : { charge: 1 });
    });
  });

  test.each(both)('hardened: $on, when a compensation fails once', async ({ on }) => {
    const { engine } = await field.owner('a');
    field.meddlers.inventory.meddle('/reservations/release', 'fail', 1);
    await having('hardened-saga', on, async () => {
      const { sagaId, orderId } = await engine.start({ ...ORDER, cardToken: 'tok_declined' }, randomUUID());
      await ending(engine, sagaId);
      expect(field.witness.standing(orderId)).toEqual(on ? {} : { reserve: 1 });
    });
  });
});

describe('one key for all attempts (idempotency-keys)', () => {
  test.each(both)('on: $on, when the reply to a charge is lost once', async ({ on }) => {
    const { engine } = await field.owner('a');
    field.meddlers.payments.meddle('/charges', 'lose-reply', 1);
    await having('idempotency-keys', on, async () => {
      const { sagaId, orderId } = await engine.start(ORDER, randomUUID());
      expect((await ending(engine, sagaId)).status).toBe('confirmed');
      expect(field.witness.standing(orderId).charge).toBe(on ? 1 : 2);
    });
  });
});

describe('an owner that dies while its charge is out', () => {
  async function dieInCharge(): Promise<{ sagaId: string; orderId: string }> {
    const owner = await field.owner('a');
    const { payments } = field.meddlers;
    payments.meddle('/charges', 'hold', 1);
    const handle = await owner.engine.start(ORDER, randomUUID());
    await vi.waitFor(() => expect(payments.holding).toBe(1), soon);
    await field.die(owner);
    // What was out is carried out; its caller cannot note it any more.
    payments.releaseHeld();
    await vi.waitFor(() => expect(field.witness.history(handle.orderId)).toContain('charge'), soon);
    return handle;
  }

  test.each(both)('has registered its compensation before (register-before: $on)', async ({ on }) => {
    const { sagaId, orderId } = await having('register-before', on, dieInCharge);
    const db = await field.database();
    // Its customer does not want it any more: the next owner undoes what the journal knows of.
    await new Journal(db, 'journal', POLICY.leaseMs).requestCancel(db, sagaId);
    const { engine } = await field.owner('b');
    const saga = await ending(engine, sagaId);
    expect(saga.status).toBe('compensated');
    // Not even the reservation: its row was to be written together with the charge's.
    expect(field.witness.standing(orderId)).toEqual(on ? {} : { reserve: 1, charge: 1 });
    await db.close();
  });

  test.each(both)('has a successor (journal-resume: $on)', async ({ on }) => {
    const { sagaId, orderId } = await dieInCharge();
    await having('journal-resume', on, async () => {
      const { engine } = await field.owner('b');
      if (on) {
        expect((await ending(engine, sagaId)).status).toBe('confirmed');
        expect(field.witness.history(orderId)).toEqual(['reserve', 'charge', 'ship']);
        return;
      }
      const db = await field.database();
      // The lease is long over, this owner has had its look, and still nobody has it.
      const over = 'select 1 from saga where id = $1 and lease_until < now()';
      await vi.waitFor(async () => expect(await db.query(over, [sagaId])).toHaveLength(1), soon);
      expect(await engine.recover()).toBe(0);
      expect((await engine.get(sagaId))?.status).toBe('running');
      expect(field.witness.standing(orderId)).toEqual({ reserve: 1, charge: 1 });
      await db.close();
    });
  });
});

describe('an owner that slept while another finished its saga', () => {
  test.each(both)('cannot undo what was delivered (fencing: $on)', async ({ on }) => {
    const { engine, db } = await field.owner('b');
    const { sagaId, orderId } = await engine.start(ORDER, randomUUID());
    const saga = await ending(engine, sagaId);
    const journal = new Journal(db, 'journal', POLICY.leaseMs);
    const head = await journal.head(db, sagaId);
    // It remembers the journal as it was when its charge was out, and its order cancelled.
    const known = saga.journal
      .filter((row) => ['create', 'reserve'].includes(row.step))
      .map((row) => ({ ...row }));
    const claim = { sagaId, orderId, type: saga.type, epoch: 0, owner: 'a/slept', carrier: {} };
    const parts = { db, journal, clock: systemClock, onRow: () => undefined };
    const flags = { cancelRequested: true, overdue: false };
    const transcript = new Transcript(parts, claim, known, flags);
    const [definition] = field.definitions();
    const stale = new SagaDrive({
      ...{ definition, saga: definition.bind(head?.input), transcript, journal, policy: POLICY },
      ...{ clock: systemClock, random: seededRandom(3), signal: new AbortController().signal },
      ...{ reverse: async () => undefined, onStarted: () => undefined },
    });
    await having('fencing', on, () => expect(stale.run(false)).rejects.toThrow());
    const standing = field.witness.standing(orderId);
    // Without the fence the stock of a delivered order is back on the shelf.
    expect(standing).toEqual(on ? { reserve: 1, charge: 1, ship: 1 } : { charge: 1, ship: 1 });
    const after = await engine.get(sagaId);
    const written = after?.journal.filter((row) => row.owner === 'a/slept') ?? [];
    expect(written.length > 0).toBe(!on);
  });
});

test('without jitter all sagas repeat at the same moments; with it, each at its own', async () => {
  const clock = new LeapingClock();
  const policy = { ...POLICY, retryBaseMs: 100, retryCapMs: 400 };
  const { engine } = await field.owner('a', { clock, policy });
  field.meddlers.payments.meddle('/charges', 'fail');
  const pauses = async () => {
    const { sagaId } = await engine.start(ORDER, randomUUID());
    await ending(engine, sagaId);
    return clock.slept.splice(0);
  };
  const whole = [200, 400, 400];
  const spread = await pauses();
  expect(spread).toHaveLength(whole.length);
  expect(spread).not.toEqual(whole);
  await having('jitter', false, async () => expect(await pauses()).toEqual(whole));
});
