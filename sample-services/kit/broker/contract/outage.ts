import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { afterOutage, type Bench, message, soon } from './bench.ts';

const HOLDER = fileURLToPath(new URL('holder.ts', import.meta.url));

/** Of a durable broker: kills of it, of its consumers, and times without it. */
export function promiseSurvival(bench: () => Bench): void {
  test('leaves what a closed consumer did not take to the next', async () => {
    const on = bench();
    const wait = on.gate();
    const first = await on.consume(() => wait.passed);
    for (let i = 0; i < 3; i++) await on.publish();
    await vi.waitFor(() => expect(on.seen).toHaveLength(1), soon);
    wait.open();
    await first.close();
    await on.consume();
    await vi.waitFor(() => expect(on.seenIds.size).toBe(3), soon);
  });

  test('gives the message in the hands of a killed consumer to another', async () => {
    const on = bench();
    const sent = message();
    await on.broker.publish(on.queue, sent);
    const holder = await holdOne(on);
    await on.consume();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await vi.waitFor(() => expect([...on.seenIds]).toEqual([sent.id]), afterOutage);
  });

  test('a kill of the broker loses nothing that was acknowledged', async () => {
    const on = bench();
    const sent = Array.from({ length: 40 }, () => message());
    await Promise.all(sent.map((one) => on.broker.publish(on.queue, one)));
    await on.under.crash(0);
    await on.consume(undefined, { concurrency: 4 });
    await vi.waitFor(() => expect(on.seenIds).toEqual(new Set(sent.map(({ id }) => id))), afterOutage);
  });

  test('five seconds without the broker lose nothing, and nobody has to be restarted', async () => {
    const on = bench();
    await on.consume(undefined, { concurrency: 2 });
    const acknowledged = new Set<string>();
    let refused = 0;
    let over = false;
    const publishing = (async () => {
      while (!over || acknowledged.size === 0) {
        const sent = message();
        await on.broker.publish(on.queue, sent).then(
          () => acknowledged.add(sent.id),
          () => refused++,
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(5), soon);
    await on.under.crash(5_000);
    const before = acknowledged.size;
    await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(before + 5), afterOutage);
    over = true;
    await publishing;
    expect(refused).toBeGreaterThan(0);
    await vi.waitFor(
      () => expect([...acknowledged].filter((id) => !on.seenIds.has(id))).toEqual([]),
      afterOutage,
    );
  });

  test('a broker that comes later is waited for by consumers, and refused to publishers until then', async () => {
    const on = bench();
    const back = on.under.crash(3_000);
    const late = on.another();
    const consuming = on.consume(undefined, {}, late);
    await expect(late.publish(on.queue, message())).rejects.toMatchObject({ code: 'unavailable' });
    await expect(late.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await back;
    await consuming;
    await vi.waitFor(() => late.ping(), afterOutage);
    const sent = message();
    await vi.waitFor(() => late.publish(on.queue, sent), afterOutage);
    await vi.waitFor(() => expect(on.seenIds.has(sent.id)).toBe(true), afterOutage);
  });
}

/** A process of its own that has taken a message and never finishes it. */
async function holdOne(on: Bench): Promise<ChildProcess> {
  const { url, lockMs = '' } = on.under;
  const holder = spawn(process.execPath, [HOLDER, url, JSON.stringify(on.queue), String(lockMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(holder.stdout, 'data')) as [Buffer];
  expect(said.toString()).toContain('holding');
  return holder;
}
