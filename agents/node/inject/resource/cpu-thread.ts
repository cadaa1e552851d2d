import { parentPort, workerData } from 'node:worker_threads';
import { type Lifeline, now } from './thread.ts';

/** Computes for nothing during its share of each slice. */
const SLICE_MS = 50;
const { load, beat, silenceMs }: Lifeline & { load: number } = workerData;
const nobody = new Int32Array(new SharedArrayBuffer(4));
const busyMs = (SLICE_MS * load) / 100;

parentPort?.postMessage('burning');
for (;;) {
  const began = performance.now();
  const heard = now() - Atomics.load(beat, 0) < BigInt(silenceMs);
  while (heard && performance.now() - began < busyMs);
  const rest = SLICE_MS - (performance.now() - began);
  if (rest > 0) Atomics.wait(nobody, 0, 0, rest);
}
