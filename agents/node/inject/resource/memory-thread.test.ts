import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { type Lifeline, now } from './thread.ts';

const MIB = 1_048_576;

test('memory that is held stays so when its thread collects garbage', async () => {
  const beat = new BigInt64Array(new SharedArrayBuffer(8));
  Atomics.store(beat, 0, now());
  const workerData = { bytes: 192 * MIB, beat, silenceMs: 60_000 } satisfies Lifeline & { bytes: number };
  const before = process.memoryUsage.rss();
  const worker = new Worker(new URL('memory-thread.ts', import.meta.url), { workerData });
  try {
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    // A snapshot begins with the collection of everything that nothing refers to.
    const snapshot = await worker.getHeapSnapshot();
    for await (const _ of snapshot);
    expect(process.memoryUsage.rss() - before).toBeGreaterThan(160 * MIB);
  } finally {
    await worker.terminate();
  }
});
