import { parentPort, workerData } from 'node:worker_threads';
import { type Lifeline, now } from './thread.ts';

/** Keeps memory outside of the service's own heap, touched so that it is resident; all of it is given back at its end. */
const CHUNK = 16 * 1_048_576;
const LOOK_MS = 250;
const { bytes, beat, silenceMs }: Lifeline & { bytes: number } = workerData;
const held: Buffer[] = [];

for (let left = bytes; left > 0; left -= CHUNK) held.push(Buffer.alloc(Math.min(left, CHUNK), 1));
parentPort?.postMessage(held.length);
setInterval(() => {
  if (now() - Atomics.load(beat, 0) >= BigInt(silenceMs)) process.exit();
}, LOOK_MS);
