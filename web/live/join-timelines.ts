import type { Timeline } from '@stormglass/agents/contract';

/**
 * A fetched past and the live window as one: what happened before `cut` (epoch ms, where the live window begins) comes
 * from the past, the rest from live. A bucket of the past (`stepSeconds` long) that reaches over the cut stays whole, and
 * live begins after it. Faults of both stand once, the live one wins because it is newer.
 */
export function joinTimelines(past: Timeline, live: Timeline, cut: number, stepSeconds: number): Timeline {
  const step = stepSeconds * 1000;
  const edge = Math.ceil(cut / step) * step;
  const before = <T extends { at: number }>(rows: readonly T[]): T[] => rows.filter((row) => row.at < edge);
  const after = <T extends { at: number }>(rows: readonly T[]): T[] => rows.filter((row) => row.at >= edge);
  const known = new Set(live.faults.map((f) => f.faultId));
  return {
    traffic: [
      ...past.traffic.filter((c) => c.second * 1000 < edge),
      ...live.traffic.filter((c) => c.second * 1000 >= edge),
    ],
    breakers: [...before(past.breakers), ...after(live.breakers)],
    transitions: [...before(past.transitions), ...after(live.transitions)],
    queues: [...before(past.queues), ...after(live.queues)],
    invariants: [...before(past.invariants), ...after(live.invariants)],
    sagas: [...before(past.sagas), ...after(live.sagas)],
    faults: [...past.faults.filter((f) => !known.has(f.faultId)), ...live.faults],
    receipts: [...before(past.receipts), ...after(live.receipts)],
    processes: [...before(past.processes), ...after(live.processes)],
  };
}
