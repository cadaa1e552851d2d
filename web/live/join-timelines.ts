import type { Timeline } from '@stormglass/agents/contract';

/**
 * A fetched past and the live window as one: what happened before `cut` (epoch ms, where the live window begins) comes
 * from the past, the rest from live. Faults of both stand once, the live one wins because it is newer.
 */
export function joinTimelines(past: Timeline, live: Timeline, cut: number): Timeline {
  const before = <T extends { at: number }>(rows: readonly T[]): T[] => rows.filter((row) => row.at < cut);
  const known = new Set(live.faults.map((f) => f.faultId));
  return {
    traffic: [...past.traffic.filter((c) => c.second * 1000 < cut), ...live.traffic],
    breakers: [...before(past.breakers), ...live.breakers],
    transitions: [...before(past.transitions), ...live.transitions],
    queues: [...before(past.queues), ...live.queues],
    sagas: [...before(past.sagas), ...live.sagas],
    faults: [...past.faults.filter((f) => !known.has(f.faultId)), ...live.faults],
    receipts: [...before(past.receipts), ...live.receipts],
    processes: [...before(past.processes), ...live.processes],
  };
}
