/**
 * Max-min fair shares of `room`: whoever needs less than the level keeps all of it, the others get the level, which is
 * as high as the room allows. So one who floods takes nothing from one who does not. The answer is what each has to
 * give up; those who give up nothing are left out.
 */
export function excessOverFairShare(needs: ReadonlyMap<string, number>, room: number): Map<string, number> {
  const level = fairLevel([...needs.values()], room);
  const excess = new Map<string, number>();
  for (const [name, need] of needs) if (need > level) excess.set(name, need - level);
  return excess;
}

/** The `count` of them with most to give up. */
export function mostOf(excess: ReadonlyMap<string, number>, count: number): Map<string, number> {
  return new Map([...excess].sort(([, a], [, b]) => b - a).slice(0, count));
}

function fairLevel(needs: readonly number[], room: number): number {
  const rising = needs.toSorted((a, b) => a - b);
  let left = Math.max(0, room);
  for (const [at, need] of rising.entries()) {
    const level = left / (rising.length - at);
    if (need > level) return level;
    left -= need;
  }
  return Number.POSITIVE_INFINITY;
}
