import { parentPort, workerData } from 'node:worker_threads';
import { type Lifeline, now } from './thread.ts';

/** Keeps memory outside of the service's own heap, touched so that it is resident; all of it is given back at its end. */
const MIB = 1_048_576;
/**
 * From 32 MiB on the C library asks the system for each buffer and gives it back when it is freed. What it has freed of
 * smaller ones it keeps for the process, from the second time on.
 */
const CHUNK = 64 * MIB;
/** The thread can be ended between two of them. */
const SLICE = 16 * MIB;
const LOOK_MS = 250;
const { bytes, beat, silenceMs }: Lifeline & { bytes: number } = workerData;
const held: Buffer[] = [];

for (let left = bytes; left > 0; left -= CHUNK) {
  // Also for the last one: what is not touched is not resident.
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  held.push(chunk);
  const wanted = Math.min(left, CHUNK);
  for (let from = 0; from < wanted; from += SLICE) chunk.fill(1, from, Math.min(from + SLICE, wanted));
}
parentPort?.postMessage(held.length);
setInterval(() => {
  // Read here, or the collector takes what nobody will ask for any more: a fault that ends by itself, unsaid.
  for (const chunk of held) chunk[0] = 1;
  if (now() - Atomics.load(beat, 0) >= BigInt(silenceMs)) process.exit();
}, LOOK_MS);
