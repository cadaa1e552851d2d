import { randomUUID } from 'node:crypto';
import type { QueueCollector } from '@stormglass/agents/queues';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Broker, Consumer, Delivery, Message, QueueDefinition } from '../../kit/broker/port.ts';
import { Watch } from './watch.ts';

/** A broker with both ends: the shop's adapter, and the collector that looks at it and acts on it from outside. */
export interface OperatedBroker {
  broker(): Broker;
  collector(queues: readonly string[]): Promise<QueueCollector>;
}

interface Candidate {
  name: string;
  /** What the broker tells about messages in a consumer's hands. */
  tellsInFlight: boolean;
  /** Whether a dead letter can be taken out of the middle. */
  redrivesById: boolean;
  under: () => OperatedBroker;
  /** Why it cannot be run here. */
  skip?: string | null;
}

const soon = { timeout: 30_000, interval: 50 };
const TRACE = '0af7651916cd43dd8448eb211c80319c';

/** A queue with a consumer that does as it is told, and a watch on it. */
class Scene {
  readonly queue: QueueDefinition = {
    name: `q-${randomUUID().slice(0, 8)}`,
    attempts: 2,
    backoffMs: 50,
  };
  readonly seen: Delivery[] = [];
  readonly broker: Broker;
  readonly collector: QueueCollector;
  readonly watch: Watch;
  /** Messages of this name fail. */
  poison = 'bad';

  private constructor(broker: Broker, collector: QueueCollector) {
    this.broker = broker;
    this.collector = collector;
    this.watch = new Watch(this.collector, this.queue.name);
  }

  /** What happens from here on is counted. */
  static async open(under: OperatedBroker): Promise<Scene> {
    const names: string[] = [];
    const collector = await under.collector(names);
    const scene = new Scene(under.broker(), collector);
    names.push(scene.queue.name);
    await vi.waitFor(() => collector.read(), soon);
    return scene;
  }

  consume(): Promise<Consumer> {
    const handle = async (delivery: Delivery) => {
      this.seen.push(delivery);
      if (delivery.name === this.poison) throw new Error('no such mailbox');
    };
    return this.broker.consume(this.queue, handle, { concurrency: 1 });
  }

  async publish(name: string, change: Partial<Message> = {}): Promise<string> {
    const id = randomUUID();
    await this.broker.publish(this.queue, {
      id,
      name,
      payload: { to: 'somebody' },
      conversationId: 'saga-1',
      headers: { traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
      ...change,
    });
    return id;
  }

  async close(): Promise<void> {
    await this.broker.close();
    await this.collector.close();
  }
}

/** What the dashboard can see of a queue and do to it, on a real broker under the shop's own adapter. */
export function describeOperations({ name, under, skip = null, ...can }: Candidate): void {
  describe.skipIf(skip !== null)(skip === null ? `queues of ${name}` : `queues of ${name} (${skip})`, () => {
    let scene: Scene;
    beforeEach(async () => {
      scene = await Scene.open(under());
    });
    afterEach(() => scene?.close());
    seeWhatIsThere(() => scene, can.tellsInFlight);
    actOnIt(() => scene);
    actOnDeadLetters(() => scene, can.redrivesById);
  });
}

function seeWhatIsThere(scene: () => Scene, tellsInFlight: boolean): void {
  test('messages that nobody takes are ready, and the oldest grows old', async () => {
    const on = scene();
    const consumer = await on.consume();
    await consumer.close();
    for (let i = 0; i < 3; i++) await on.publish('hello');
    const early = await on.watch.until({ ready: 3, dead: 0, delayed: 0, consumers: 0 });
    await vi.waitFor(async () => {
      const late = await on.watch.until({ ready: 3 });
      expect(late.oldestAgeMs).toBeGreaterThan((early.oldestAgeMs ?? 0) + 500);
    }, soon);
  });

  test('what goes in and out is counted exactly, failures and dead letters included', async () => {
    const on = scene();
    await on.consume();
    for (let i = 0; i < 20; i++) await on.publish('hello');
    await on.publish('bad');
    await on.watch.untilFlow({ enqueued: 21, dequeued: 21, redelivered: 1, deadLettered: 1 });
    await on.watch.until({ ready: 0, delayed: 0, dead: 1, consumers: 1 });
    expect(on.watch.flow).toEqual({ enqueued: 21, dequeued: 21, redelivered: 1, deadLettered: 1 });
  });

  test('a message that waits for its next attempt is delayed', async () => {
    const on = scene();
    on.queue.backoffMs = 20_000;
    await on.consume();
    await on.publish('bad');
    await on.watch.until({ ready: 0, delayed: 1, dead: 0 });
  });

  test.runIf(tellsInFlight)('a message in the hands of a consumer is in flight', async () => {
    const on = scene();
    const held = Promise.withResolvers<void>();
    await on.broker.consume(on.queue, () => held.promise, { concurrency: 1 });
    for (let i = 0; i < 3; i++) await on.publish('hello');
    try {
      await on.watch.until({ ready: 2, inFlight: 1, consumers: 1 });
    } finally {
      held.resolve();
    }
    await on.watch.until({ ready: 0, inFlight: 0 });
  });
}

function actOnIt(scene: () => Scene): void {
  test('a paused queue says so and holds its messages until it is resumed', async () => {
    const on = scene();
    const { name } = on.queue;
    await on.consume();
    await on.watch.until({ paused: false });
    expect(await on.collector.setPaused(name, true)).toBe(true);
    expect(await on.collector.setPaused(name, true)).toBe(true);
    await pausedFor(on);
    const seen = on.seen.length;
    for (let i = 0; i < 3; i++) await on.publish('hello');
    await on.watch.until({ ready: 3, paused: true });
    expect(on.seen).toHaveLength(seen);
    expect(await on.collector.setPaused(name, false)).toBe(false);
    await on.watch.until({ paused: false });
    await vi.waitFor(() => expect(on.seen).toHaveLength(seen + 3), soon);
  });

  test('a purge deletes what waits and what is dead, and says how much', async () => {
    const on = scene();
    const { name } = on.queue;
    const consumer = await on.consume();
    await on.publish('bad');
    await on.watch.until({ dead: 1 });
    await consumer.close();
    for (let i = 0; i < 4; i++) await on.publish('hello');
    await on.watch.until({ ready: 4 });
    expect(await on.collector.purge(name)).toBe(5);
    await on.watch.until({ ready: 0, delayed: 0, dead: 0 });
  });

  test('a queue that is not watched is refused by name', async () => {
    await expect(scene().collector.purge('other')).rejects.toMatchObject({ code: 'not_found' });
  });
}

/** Consumers hear of a pause within a second or so: from the first message that stays nothing more is taken. */
async function pausedFor(on: Scene): Promise<void> {
  for (let stays = false; !stays; ) {
    const probe = await on.publish('probe');
    stays = await vi.waitFor(async () => {
      if (on.seen.some(({ id }) => id === probe)) return false;
      await on.watch.once({ ready: 1 });
      return true;
    }, soon);
  }
  await on.collector.purge(on.queue.name);
  await on.watch.until({ ready: 0 });
}

function actOnDeadLetters(scene: () => Scene, byId: boolean): void {
  test('dead letters are shown with their error, attempts, trace and payload, as often as asked', async () => {
    const on = scene();
    await on.consume();
    const id = await on.publish('bad');
    await on.watch.until({ dead: 1 });
    const letter = { id, name: 'bad', error: 'no such mailbox', attempts: 2 };
    for (let i = 0; i < 3; i++) {
      const dead = await on.collector.dead(on.queue.name, 10);
      expect(dead).toMatchObject({ total: 1, letters: [letter] });
      expect(dead.letters[0]?.failedAt).toBeGreaterThan(0);
      expect(JSON.stringify(dead.letters[0]?.payload)).toContain('"to":"somebody"');
      expect(dead.letters[0]?.traceId).toMatch(/^([0-9a-f]{32})?$/);
    }
  });

  test('one dead letter is redriven by its id, then some, then all, each with fresh attempts', async () => {
    const on = scene();
    const { name } = on.queue;
    await on.consume();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await on.publish('bad'));
    await on.watch.until({ dead: 5 });
    on.poison = 'nothing';
    const before = on.seen.length;
    const { letters } = await on.collector.dead(name, 5);
    expect(await on.collector.dead(name, 2, 3)).toEqual({ total: 5, letters: letters.slice(3) });
    const [newest, oldest] = [letters[0]?.id ?? '', letters.at(-1)?.id ?? ''];
    const chosen = byId ? (ids[2] ?? '') : oldest;
    if (!byId) {
      const wrong = on.collector.redrive(name, { ids: [newest] });
      await expect(wrong).rejects.toMatchObject({ code: 'invalid_request' });
    }
    expect(await on.collector.redrive(name, { ids: byId ? [chosen, 'nobody'] : [chosen] })).toBe(1);
    await vi.waitFor(() => expect(on.seen.at(-1)).toMatchObject({ id: chosen, attempt: 1 }), soon);
    expect(await on.collector.redrive(name, { limit: 2 })).toBe(2);
    await on.watch.until({ dead: 2 });
    expect(await on.collector.redrive(name, {})).toBe(2);
    await vi.waitFor(() => expect(on.seen).toHaveLength(before + 5), soon);
    expect(new Set(on.seen.slice(before).map(({ id }) => id))).toEqual(new Set(ids));
    await on.watch.until({ ready: 0, dead: 0 });
  });

  test('what fails again after a redrive is a dead letter again', async () => {
    const on = scene();
    await on.consume();
    await on.publish('bad');
    await on.watch.until({ dead: 1 });
    const before = on.seen.length;
    expect(await on.collector.redrive(on.queue.name, {})).toBe(1);
    await vi.waitFor(() => expect(on.seen).toHaveLength(before + 2), soon);
    await on.watch.until({ dead: 1, ready: 0 });
  });
}
