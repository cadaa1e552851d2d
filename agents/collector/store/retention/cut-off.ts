import type { Reason } from './evicted.ts';

/** Estimated bytes of one service in a short time. */
export interface Slice {
  service: string;
  /** Epoch seconds, the end exclusive. */
  from: number;
  to: number;
  /** In what nobody marked, and in what belongs to kept traces. */
  ordinary: number;
  kept: number;
}

/** What a service loses, epoch seconds: ordinary records before `ordinary`, and those of kept traces before `kept`. */
export interface CutOff {
  ordinary: number;
  kept: number;
}

/** What has to go, on whichever day it lies. */
export interface Eviction {
  reason: Reason;
  /** Null: of all services, all but what is kept. */
  cuts: ReadonlyMap<string, CutOff> | null;
  /** Epoch seconds after the last record that can go. */
  before: number;
}

/**
 * One cut-off for each service in `excess`, oldest first. Kept traces go only when all that is ordinary does not
 * suffice; nothing from `newest` on is touched.
 */
export function cutOffs(
  slices: readonly Slice[],
  excess: ReadonlyMap<string, number>,
  newest: number,
): Map<string, CutOff> {
  const oldestFirst = slices.filter((s) => s.to <= newest).sort((a, b) => a.from - b.from);
  const cuts = new Map<string, CutOff>();
  for (const [service, bytes] of excess) {
    const own = oldestFirst.filter((s) => s.service === service);
    const ordinary = freeing(own, bytes, (s) => s.ordinary);
    const kept = freeing(own, ordinary.missing, (s) => s.kept);
    if (ordinary.before > 0 || kept.before > 0)
      cuts.set(service, { ordinary: Math.max(ordinary.before, kept.before), kept: kept.before });
  }
  return cuts;
}

/** The end of the slice with which enough has been freed, 0 when nothing has to go; what is missing even so. */
function freeing(oldestFirst: readonly Slice[], bytes: number, of: (slice: Slice) => number) {
  let missing = bytes;
  let before = 0;
  for (const slice of oldestFirst) {
    if (missing <= 0) break;
    if (of(slice) === 0) continue;
    missing -= of(slice);
    before = slice.to;
  }
  return { before, missing: Math.max(0, missing) };
}
