import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { CountedDatabase } from '../../testing/counted-database.ts';
import { ask, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { BullMqBroker } from '../broker/bullmq.ts';
import type { Broker } from '../broker/port.ts';
import { handleOnce, INBOX_SCHEMA } from '../inbox.ts';
import { setProtection } from '../protections.ts';
import { appendAllToOutbox, appendOutbox } from './append.ts';
import { OutboxRelay } from './relay.ts';
import { OUTBOX_SCHEMA } from './schema.ts';

const log = pino({ level: 'silent' });
const QUEUE = { name: 'letters', attempts: 3, backoffMs: 20 };
const soon = { timeout: 15_000, interval: 25 };

let postgres: TestPostgres;
let url: string;
let db: CountedDatabase;
let broker: Broker;
let relays: OutboxRelay[];
let received: string[];
beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.database('letters');
  const brokerUrl = await postgres.database('broker');
  db = new CountedDatabase({ url, schema: `${OUTBOX_SCHEMA}; ${INBOX_SCHEMA}`, log });
  await db.whenReady();
  broker = new BullMqBroker({ url: brokerUrl, log });
  await broker.consume(QUEUE, async (delivery) => void received.push(String(delivery.payload)), {
    concurrency: 4,
  });
});
afterAll(async () => {
  await broker.close();
  await db.close();
  await postgres.stop();
});
beforeEach(() => {
  relays = [];
  received = [];
});
afterEach(() => Promise.all(relays.map((relay) => relay.stop())));

const letter = (payload: string) => ({ name: 'letter', payload, conversationId: '' });
const relay = (through: Broker = broker, leaseMs = 1_000) => {
  const instance = `relay-${relays.length}`;
  const opened = new OutboxRelay({
    ...{ db, broker: through, queues: [QUEUE], log, instance, instanceIsStable: false, leaseMs },
  });
  relays.push(opened);
  return opened;
};
/** The real broker, but for how it is published to. */
const publishing = (publish: Broker['publish']): Broker => ({
  system: broker.system,
  publish,
  consume: (queue, handler, options) => broker.consume(queue, handler, options),
  ping: () => broker.ping(),
  close: () => broker.close(),
});
const unsent = () => db.query<{ n: number }>('select count(*)::int as n from outbox where sent_at is null');

/** A relay that leads, with a broker that takes a message no sooner than it is told to. */
async function slowRelay() {
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = relay(
    publishing(async (queue, message) => {
      begun.resolve();
      await goOn.promise;
      await broker.publish(queue, message);
    }),
  );
  await vi.waitFor(() => expect(slow.lease).not.toBeNull(), soon);
  return { slow, begun: begun.promise, goOn: goOn.resolve };
}

describe('the outbox', () => {
  test('publishes exactly what committed', async () => {
    relay();
    for (let i = 0; i < 20; i++) {
      const work = db.transaction(async (tx) => {
        await appendOutbox(tx, QUEUE, letter(`n${i}`));
        if (i % 2 === 1) throw new Error('business failed');
      });
      await work.catch(() => undefined);
    }
    await vi.waitFor(() => expect(received).toHaveLength(10), soon);
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 0 }]), soon);
    expect(received.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `n${i * 2}`).sort());
  });

  test('does not lose a row whose transaction commits after a later one was sent', async () => {
    relay();
    let commit = () => {};
    const gate = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const slow = db.transaction(async (tx) => {
      await appendOutbox(tx, QUEUE, letter('early number, late commit'));
      await gate;
    });
    await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('late number, early commit')));
    await vi.waitFor(() => expect(received).toEqual(['late number, early commit']), soon);
    commit();
    await slow;
    await vi.waitFor(() => expect(received).toContain('early number, late commit'), soon);
  });

  test('goes past what the broker refuses for good, however much it is, and takes it up again', async () => {
    let isRefusing = true;
    relay(
      publishing(async (queue, message) => {
        if (isRefusing && String(message.payload).startsWith('refused')) throw new Error('too large');
        await broker.publish(queue, message);
      }),
    );
    const refused = Array.from({ length: 120 }, (_, i) => `refused ${i}`);
    const all = [...refused, 'newer'].map((payload) => ({ ...letter(payload), to: QUEUE }));
    await db.transaction((tx) => appendAllToOutbox(tx, all));
    await vi.waitFor(() => expect(received).toEqual(['newer']), soon);
    isRefusing = false;
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 0 }]), soon);
    await vi.waitFor(() => expect(received).toHaveLength(121), soon);
  });

  test('emptied by two relays at once still sends each message once', async () => {
    relay();
    relay();
    const names = Array.from({ length: 60 }, (_, i) => `m${i}`);
    await Promise.all(names.map((name) => db.transaction((tx) => appendOutbox(tx, QUEUE, letter(name)))));
    await vi.waitFor(() => expect(received.length).toBeGreaterThanOrEqual(60), soon);
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 0 }]), soon);
    expect(received.sort()).toEqual(names.sort());
  });

  test('is not held up by a message that the broker does not take', async () => {
    const names = ['first', 'poison', 'last'];
    await db.transaction(async (tx) => {
      for (const name of names) await appendOutbox(tx, QUEUE, letter(name));
    });
    let poisonous = true;
    const picky = publishing(async (queue, message) => {
      if (poisonous && message.payload === 'poison') throw new Error('too large');
      await broker.publish(queue, message);
    });
    relay(picky);
    await vi.waitFor(() => expect(received.sort()).toEqual(['first', 'last']), soon);
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 1 }]), soon);
    poisonous = false;
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 0 }]), soon);
    await vi.waitFor(() => expect(received.sort()).toEqual(names.sort()), soon);
  });

  test('of one message is a row for each queue, under one id', async () => {
    const other = { ...QUEUE, name: 'copies' };
    const id = await db.transaction((tx) => appendOutbox(tx, [QUEUE, other], letter('twice')));
    const rows = await db.query('select id, queue from outbox where sent_at is null order by queue');
    expect(rows).toEqual([
      { id, queue: 'copies' },
      { id, queue: 'letters' },
    ]);
    const again = db.transaction((tx) => appendOutbox(tx, QUEUE, { ...letter('twice'), id }));
    await expect(again).rejects.toThrow(/outbox_message/);
    await db.query('delete from outbox where id = $1', [id]);
  });

  test('takes several messages in one round trip', async () => {
    const messages = [
      { ...letter('to one'), to: QUEUE },
      { ...letter('to two'), to: [QUEUE, { ...QUEUE, name: 'copies' }] },
      { ...letter('to nobody'), to: [] },
    ];
    const [ids, taken] = await db.transaction(async (tx) => {
      const before = db.roundTrips;
      return [await appendAllToOutbox(tx, messages), db.roundTrips - before] as const;
    });
    expect(taken).toBe(1);
    const rows = await db.query('select id, queue, payload from outbox where id = any($1) order by seq', [
      ids,
    ]);
    expect(rows).toEqual([
      { id: ids[0], queue: 'letters', payload: 'to one' },
      { id: ids[1], queue: 'letters', payload: 'to two' },
      { id: ids[1], queue: 'copies', payload: 'to two' },
    ]);
    await db.query('delete from outbox where id = any($1)', [ids]);
  });

  test('holds no transaction open while the broker is slow', async () => {
    const { begun, goOn } = await slowRelay();
    await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('slow')));
    await begun;
    const open = await ask(
      url,
      `select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    );
    expect(open).toEqual([]);
    goOn();
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 0 }]), soon);
  });

  test('taken away: what was sent before a rollback is not sent either, and what cannot be sent is lost', async () => {
    let refusing = false;
    relay(
      publishing((queue, message) =>
        refusing ? Promise.reject(new Error('broker is away')) : broker.publish(queue, message),
      ),
    );
    setProtection('outbox', false);
    try {
      const doomed = db.transaction(async (tx) => {
        await appendOutbox(tx, QUEUE, letter('rolled back'));
        throw new Error('business failed');
      });
      await expect(doomed).rejects.toThrow('business failed');
      await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('direct')));
      await vi.waitFor(() => expect(received).toEqual(['direct']), soon);
      refusing = true;
      await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('lost')));
    } finally {
      setProtection('outbox', true);
    }
    refusing = false;
    await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('kept')));
    await vi.waitFor(() => expect(received).toEqual(['direct', 'kept']), soon);
  });

  test('keeps its rows while the broker refuses, and sends them when it is back', async () => {
    let refusing = true;
    const moody: Broker = {
      system: broker.system,
      publish: (queue, message) =>
        refusing ? Promise.reject(new Error('broker is away')) : broker.publish(queue, message),
      consume: (queue, handler, options) => broker.consume(queue, handler, options),
      ping: () => broker.ping(),
      close: () => broker.close(),
    };
    relay(moody);
    await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('patient')));
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 1 }]), soon);
    refusing = false;
    await vi.waitFor(() => expect(received).toEqual(['patient']), soon);
  });
});

describe('of several relays of one database', () => {
  test('one leads; when it goes another follows with the next epoch', async () => {
    const [first, second] = [relay(), relay()];
    await vi.waitFor(() => expect([first.lease, second.lease].filter(Boolean)).toHaveLength(1), soon);
    const [leader, follower] = first.lease ? [first, second] : [second, first];
    const epoch = leader.lease?.epoch ?? 0;
    await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('by the leader')));
    await vi.waitFor(() => expect(received).toEqual(['by the leader']), soon);
    await leader.stop();
    await vi.waitFor(() => expect(follower.lease?.epoch).toBe(epoch + 1), soon);
    await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('by its follower')));
    await vi.waitFor(() => expect(received).toContain('by its follower'), soon);
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 0 }]), soon);
    const sent = await ask(
      url,
      `select sent_epoch from outbox where payload in ('"by the leader"', '"by its follower"') order by seq`,
    );
    expect(sent).toEqual([{ sent_epoch: epoch }, { sent_epoch: epoch + 1 }]);
  });

  test.each([{ fencing: true }, { fencing: false }])(
    'one that lost its lease while it published flags nothing, unless fencing ($fencing) is taken away',
    async ({ fencing }) => {
      const { slow, begun, goOn } = await slowRelay();
      const name = `slow ${fencing}`;
      await db.transaction((tx) => appendOutbox(tx, QUEUE, letter(name)));
      await begun;
      await ask(
        url,
        `update lease set owner = 'another', epoch = epoch + 1, expires_at = now() + interval '1 hour'`,
      );
      setProtection('fencing', fencing);
      goOn();
      await slow.stop();
      setProtection('fencing', true);
      const [row] = await ask<{ sent: boolean }>(
        url,
        'select sent_at is not null as sent from outbox where payload = $1',
        [JSON.stringify(name)],
      );
      expect(row).toEqual({ sent: !fencing });
      await ask(url, 'update lease set expires_at = now()');
      await ask(url, 'delete from outbox where sent_at is null');
    },
  );
});

describe('the inbox', () => {
  test('applies a message once, even when two handlers have it at the same time', async () => {
    await ask(url, 'create table if not exists effect (n int)');
    const effect = () =>
      handleOnce(db, 'message-1', 'me', async (tx) => void (await tx.query('insert into effect values (1)')));
    const applied = await Promise.all([effect(), effect(), effect()]);
    expect(applied.filter(Boolean)).toHaveLength(1);
    expect(await ask(url, 'select n from effect')).toEqual([{ n: 1 }]);
  });

  test('does not mark a message whose effect failed', async () => {
    const failing = handleOnce(db, 'message-2', 'me', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await handleOnce(db, 'message-2', 'me', async () => {})).toBe(true);
  });

  test('taken away: a message delivered twice is handled twice', async () => {
    let handled = 0;
    const handle = () => handleOnce(db, 'message-3', 'me', async () => void handled++);
    await handle();
    setProtection('inbox', false);
    expect(await handle()).toBe(true);
    setProtection('inbox', true);
    expect(await handle()).toBe(false);
    expect(handled).toBe(2);
  });
});
