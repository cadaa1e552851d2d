import { unit } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { shrink } from './shrink.ts';

const PARTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Fails when all of `culprits` are there; counts its tries and forbids to try the same twice. */
function failsWith(culprits: readonly string[]) {
  const tried = new Set<string>();
  const fails = async (parts: readonly string[]) => {
    const key = parts.join();
    expect(tried).not.toContain(key);
    tried.add(key);
    return culprits.every((one) => parts.includes(one));
  };
  return { fails, tried };
}

describe('shrinking a schedule', () => {
  it.each([[['c']], [['a', 'h']], [['b', 'e', 'f']], [PARTS]])(
    'finds %j, and tries nothing twice',
    async (culprits) => {
      const { fails, tried } = failsWith(culprits);
      expect(await shrink(PARTS, fails)).toEqual(culprits);
      expect(tried.size).toBeLessThanOrEqual(PARTS.length ** 2 + 3 * PARTS.length);
    },
  );

  it('says so when all parts together do not fail', async () => {
    expect(await shrink(PARTS, async () => false)).toBeNull();
    expect(await shrink([], async () => true)).toBeNull();
  });

  it('leaves no part that could be left out, whatever fails', async () => {
    for (let round = 0; round < 200; round++) {
      // A failure with several causes, some of which undo each other.
      const fails = async (parts: readonly string[]) =>
        parts.length === PARTS.length || unit(`${round}|${parts.join()}`) < 0.3;
      const smallest = (await shrink(PARTS, fails)) ?? [];
      expect(await fails(smallest)).toBe(true);
      if (smallest.length === 1) continue;
      for (const part of smallest) expect(await fails(smallest.filter((one) => one !== part))).toBe(false);
    }
  });
});
