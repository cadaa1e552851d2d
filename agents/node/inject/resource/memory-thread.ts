import { parentPort, workerData } from 'node:worker_threads';
import { type Lifeline, now } from './thread.ts';

/**
 * Keeps memory outside of the service's own heap, touched so that it is resident; all of it is given back at its end. Not
 * in buffers: the allocator of the C library keeps what they free for the process, from the second time on.
 */
const PAGE = 65_536;
const MEMORY_PAGES = 16_384;
/** The thread can be ended between two of them. */
const SLICE = 16 * 1_048_576;
const LOOK_MS = 250;
const { bytes, beat, silenceMs }: Lifeline & { bytes: number } = workerData;
const held: WebAssembly.Memory[] = [];

for (let left = Math.ceil(bytes / PAGE); left > 0; left -= MEMORY_PAGES) {
  const pages = Math.min(left, MEMORY_PAGES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  held.push(memory);
  for (let from = 0; from < pages * PAGE; from += SLICE) {
    new Uint8Array(memory.buffer).subarray(from, from + SLICE).fill(1);
  }
}
parentPort?.postMessage(held.length);
setInterval(() => {
  if (now() - Atomics.load(beat, 0) >= BigInt(silenceMs)) process.exit();
}, LOOK_MS);
