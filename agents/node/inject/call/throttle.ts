import type { EffectOf, Flow } from './effect.ts';
import { pause } from './pause.ts';

/** A body is sent in slices of so much time, ms: small enough to look even, large enough to cost little. */
const SLICE_MS = 50;

export const throttle: EffectOf<'throttle'> = ({ bytesPerSecond }) => ({
  kind: 'flow',
  through: paced(bytesPerSecond),
});

/** Each slice comes when its last byte is due by the rate; lateness of timers is made up for, not added up. */
const paced = (bytesPerSecond: number): Flow =>
  async function* (body, over, strike) {
    const slice = Math.max(1, Math.floor((bytesPerSecond * SLICE_MS) / 1000));
    let began = 0;
    let sent = 0;
    for await (const chunk of body) {
      if (sent === 0) {
        if (!strike()) return yield* pass(chunk, body);
        began = performance.now();
      }
      for (let at = 0; at < chunk.length; at += slice) {
        if (over.aborted) {
          yield chunk.subarray(at);
          break;
        }
        const part = chunk.subarray(at, at + slice);
        sent += part.length;
        await pause(began + (sent / bytesPerSecond) * 1000 - performance.now(), over);
        yield part;
      }
    }
  };

async function* pass(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
