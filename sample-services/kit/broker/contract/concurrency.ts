import { expect, test, vi } from 'vitest';
import { type Bench, soon } from './bench.ts';

/** Handlers that wait at one gate, counted. */
class Crowd {
  running = 0;
  most = 0;
  readonly release: () => void;
  readonly #passed: Promise<void>;

  constructor(on: Bench) {
    const { passed, open } = on.gate();
    this.#passed = passed;
    this.release = open;
  }

  readonly handle = async (): Promise<void> => {
    this.running++;
    this.most = Math.max(this.most, this.running);
    await this.#passed;
    this.running--;
  };
}

export function promiseConcurrency(bench: () => Bench): void {
  test('runs at most as many handlers at once as was asked for', async () => {
    const on = bench();
    const crowd = new Crowd(on);
    await on.consume(crowd.handle, { concurrency: 2 });
    for (let i = 0; i < 6; i++) await on.publish();
    await vi.waitFor(() => expect(crowd.running).toBe(2), soon);
    crowd.release();
    await vi.waitFor(() => expect(on.seen).toHaveLength(6), soon);
    expect(crowd.most).toBe(2);
  });

  test('runs more at once as soon as it is told to', async () => {
    const on = bench();
    const crowd = new Crowd(on);
    const consumer = await on.consume(crowd.handle, { concurrency: 1 });
    for (let i = 0; i < 6; i++) await on.publish();
    await vi.waitFor(() => expect(crowd.running).toBe(1), soon);
    await consumer.scale(3);
    await vi.waitFor(() => expect(crowd.running).toBe(3), soon);
    crowd.release();
    await vi.waitFor(() => expect(on.seen).toHaveLength(6), soon);
    expect(crowd.most).toBe(3);
  });

  test('takes nothing while it is scaled to none, and the rest when it is raised again', async () => {
    const on = bench();
    const consumer = await on.consume();
    await on.publish();
    await vi.waitFor(() => expect(on.seen).toHaveLength(1), soon);
    await consumer.scale(0);
    const other: string[] = [];
    for (let i = 0; i < 3; i++) await on.publish();
    // Another queue's messages arrive meanwhile: this one's would have, too.
    const queue = { ...on.queue, name: `${on.queue.name}.other` };
    await on.broker.consume(queue, async ({ id }) => void other.push(id), { concurrency: 1 });
    await on.broker.publish(queue, { ...(on.seen[0] ?? expect.fail()), id: 'other' });
    await vi.waitFor(() => expect(other).toEqual(['other']), soon);
    expect(on.seen).toHaveLength(1);
    await consumer.scale(2);
    await vi.waitFor(() => expect(on.seen).toHaveLength(4), soon);
  });

  test('lets running handlers finish when a consumer closes', async () => {
    const on = bench();
    const wait = on.gate();
    let finished = 0;
    const first = await on.consume(async () => {
      await wait.passed;
      finished++;
    });
    await on.publish();
    await vi.waitFor(() => expect(on.seen).toHaveLength(1), soon);
    const closing = first.close();
    wait.open();
    await closing;
    expect(finished).toBe(on.seen.length);
  });
}
