import { expect, test, vi } from 'vitest';
import { type Bench, message, soon } from './bench.ts';

/** Of every broker that takes messages at all. */
export function promiseDelivery(bench: () => Bench): void {
  test('delivers what was published, whole, with W3C headers and conversation', async () => {
    const on = bench();
    const sent = message();
    await on.consume();
    await on.broker.publish(on.queue, sent);
    await vi.waitFor(() => expect(on.seen).toEqual([{ ...sent, attempt: 1 }]), soon);
  });

  test('keeps the messages of one queue from the consumers of another', async () => {
    const on = bench();
    const other = { ...on.queue, name: `${on.queue.name}.email` };
    const elsewhere: string[] = [];
    await on.consume();
    await on.broker.consume(other, async ({ id }) => void elsewhere.push(id), { concurrency: 1 });
    const [mine, theirs] = [message(), message()];
    await on.broker.publish(on.queue, mine);
    await on.broker.publish(other, theirs);
    await vi.waitFor(() => expect([on.seen.length, elsewhere.length]).toEqual([1, 1]), soon);
    expect([[...on.seenIds], elsewhere]).toEqual([[mine.id], [theirs.id]]);
  });

  test('says that it answers', async () => {
    await expect(bench().broker.ping()).resolves.toBeUndefined();
  });
}

/** Of a broker that holds messages. */
export function promiseDurability(bench: () => Bench): void {
  test('keeps what was published before any consumer came', async () => {
    const on = bench();
    const ids = Array.from({ length: 20 }, () => message().id);
    for (const id of ids) await on.publish({ id });
    await on.consume();
    await vi.waitFor(() => expect(on.seen.map(({ id }) => id).sort()).toEqual([...ids].sort()), soon);
  });
}

/** Of a broker that remembers ids. */
export function promiseOnceById(bench: () => Bench): void {
  test('takes one id once, however often it is published', async () => {
    const on = bench();
    const sent = message();
    for (let i = 0; i < 3; i++) await on.broker.publish(on.queue, sent);
    const last = message();
    await on.broker.publish(on.queue, last);
    await on.consume();
    await vi.waitFor(() => expect(on.seenIds.has(last.id)).toBe(true), soon);
    expect(on.seen.filter(({ id }) => id === sent.id)).toHaveLength(1);
  });
}

/** Of a broker whose consumers share the work. */
export function promiseCompeting(bench: () => Bench): void {
  test('shares a queue among its consumers', async () => {
    const on = bench();
    await on.consume(undefined, { concurrency: 2 });
    await on.consume(undefined, { concurrency: 2 }, on.another());
    for (let i = 0; i < 20; i++) await on.publish();
    await vi.waitFor(() => expect(on.seenIds.size).toBe(20), soon);
    expect(on.seen).toHaveLength(20);
  });
}
