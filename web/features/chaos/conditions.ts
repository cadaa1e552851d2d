import type { Condition, Recovery } from '@stormglass/chaos/contract';

/** A condition and the instant (epoch ms) at which it came to hold for the recovery. */
export interface LastToHold {
  id: Condition['id'];
  title: string;
  at: number;
}

/** A condition may be a moment late against t4, which is taken at whole seconds. */
const SLACK_MS = 1_000;

/** What t4 waited for: of all conditions the one that was broken longest before it. Null while it has not recovered. */
export function lastToHold(recovery: Pick<Recovery, 't4' | 'conditions'>): LastToHold | null {
  const { t4 } = recovery;
  if (t4 === null) return null;
  let last: LastToHold | null = null;
  for (const { id, title, broken } of recovery.conditions) {
    for (const [, to] of broken) {
      if (to <= t4 + SLACK_MS && (!last || to > last.at)) last = { id, title, at: to };
    }
  }
  return last;
}
