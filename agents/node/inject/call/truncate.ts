import { CutShort, type EffectOf, type Flow } from './effect.ts';

export const truncate: EffectOf<'truncate'> = ({ afterBytes }) => ({
  kind: 'flow',
  through: cut(afterBytes),
});

const cut = (afterBytes: number): Flow =>
  async function* (body, over, strike) {
    let left = afterBytes;
    for await (const chunk of body) {
      if (over.aborted || chunk.length <= left) {
        left -= chunk.length;
        yield chunk;
        continue;
      }
      // One that fits was not cut, and is not counted.
      if (!strike()) {
        left = Number.POSITIVE_INFINITY;
        yield chunk;
        continue;
      }
      if (left > 0) yield chunk.subarray(0, left);
      throw new CutShort('the connection was cut in the middle of the reply');
    }
  };
