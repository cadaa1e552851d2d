import type { FaultInterval, Timeline } from '@stormglass/agents/contract';

/** Those of the faults that were armed at an instant. */
export function armedAt(faults: readonly FaultInterval[], at: number): FaultInterval[] {
  return faults.filter((f) => f.armedAt <= at && (f.endedAt === null || f.endedAt > at));
}

/** The faults that were armed at an instant, oldest first. */
export function faultsAt(timeline: Timeline, at: number): FaultInterval[] {
  return armedAt(timeline.faults, at);
}

export interface SagaOutcomes {
  confirmed: number;
  compensated: number;
  /** Rejected or failed. */
  other: number;
}

/** Ended sagas of each bucket of `stepSeconds` seconds, by the epoch second at which the bucket begins. */
export function sagaOutcomes(
  timeline: Timeline,
  from: number,
  to: number,
  stepSeconds: number,
): Map<number, SagaOutcomes> {
  const out = new Map<number, SagaOutcomes>();
  for (const event of timeline.sagas) {
    if (event.event !== 'completed' || event.at < from || event.at >= to) continue;
    const bucket = Math.floor(event.at / 1000 / stepSeconds) * stepSeconds;
    const sum = out.get(bucket) ?? { confirmed: 0, compensated: 0, other: 0 };
    if (event.outcome === 'confirmed') sum.confirmed += 1;
    else if (event.outcome === 'compensated') sum.compensated += 1;
    else sum.other += 1;
    out.set(bucket, sum);
  }
  return out;
}
