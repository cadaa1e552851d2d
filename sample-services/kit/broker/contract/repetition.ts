import { expect, test, vi } from 'vitest';
import type { DeadMessage } from '../port.ts';
import { Bench, message, soon } from './bench.ts';

export function promiseRepetition(bench: () => Bench): void {
  test('gives a failed message again, counting, whole, until it works', async () => {
    const on = bench();
    const sent = message();
    await on.broker.publish(on.queue, sent);
    await on.consume(async ({ attempt }) => {
      if (attempt < 3) throw new Error('not yet');
    });
    const expected = [1, 2, 3].map((attempt) => ({ ...sent, attempt }));
    await vi.waitFor(() => expect(on.seen).toEqual(expected), soon);
  });

  test('does not hold up others while one waits for its repetition', async () => {
    const on = new Bench(bench().under, { backoffMs: 3_000 });
    try {
      const slow = message();
      await on.broker.publish(on.queue, slow);
      await on.consume(async ({ id, attempt }) => {
        if (id === slow.id && attempt === 1) throw new Error('not yet');
      });
      await vi.waitFor(() => expect(on.seen).toHaveLength(1), soon);
      const others = [message(), message(), message()];
      for (const other of others) await on.broker.publish(on.queue, other);
      await vi.waitFor(() => expect(on.seen).toHaveLength(5), soon);
      expect(on.seenIds).toEqual(new Set([slow, ...others].map(({ id }) => id)));
      expect(on.seen.at(-1)).toMatchObject({ id: slow.id, attempt: 2 });
    } finally {
      await on.close();
    }
  });

  test('gives up after the last attempt: said once, kept as a dead letter, never delivered again', async () => {
    const on = bench();
    const dead: DeadMessage[] = [];
    const sent = message();
    await on.broker.publish(on.queue, sent);
    await on.consume(
      async ({ id }) => {
        if (id === sent.id) throw new Error('poison');
      },
      { onDead: (given) => dead.push(given) },
    );
    await vi.waitFor(() => expect(dead).toHaveLength(1), soon);
    expect(dead[0]).toMatchObject({ ...sent, attempts: 3, error: 'poison' });
    const next = message();
    await on.broker.publish(on.queue, next);
    await vi.waitFor(() => expect(on.seen.at(-1)?.id).toBe(next.id), soon);
    expect(on.seen.filter((delivery) => delivery.id === sent.id)).toHaveLength(3);
    await vi.waitFor(async () => expect(await on.deadLetters()).toBe(1), soon);
  });
}
