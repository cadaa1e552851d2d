import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import type { Recovery } from '../contract/index.ts';
import { computeRecovery } from '../recovery/index.ts';
import { faultOf } from './faults.ts';
import type { Ledger, RunFacts, RunFault } from './state.ts';

/** The fault as it really was: the hub's interval, completed with what its injector told the run. */
function intervalOf(facts: RunFacts, fault: RunFault, timeline: Timeline): FaultInterval {
  const seen = timeline.faults.find((interval) => interval.faultId === fault.faultId);
  return {
    faultId: fault.faultId,
    runId: facts.runId,
    owner: seen?.owner ?? facts.runId,
    spec: seen?.spec ?? faultOf(facts, fault.activity),
    armedAt: seen?.armedAt ?? fault.armedAt,
    expiresAt: seen?.expiresAt ?? fault.dueAt,
    firstEffectAt: seen?.firstEffectAt ?? null,
    injections: seen?.injections ?? 0,
    endedAt: fault.end?.endedAt ?? seen?.endedAt ?? null,
    endReason: fault.end?.reason ?? seen?.endReason ?? null,
    readBack: fault.end?.readBack ?? seen?.readBack ?? null,
    reverted: fault.end?.reverted ?? seen?.reverted ?? null,
  };
}

/** Recovery as it stands now; null before anything was armed. */
export function measure(
  facts: RunFacts,
  ledger: Ledger,
  input: { at: number; timeline: Timeline },
  dwellMs: number,
): Recovery | null {
  if (ledger.methodAt === null) return null;
  const first = Math.min(input.at, ...ledger.faults.map((fault) => fault.armedAt));
  return computeRecovery({
    timeline: input.timeline,
    faults: ledger.faults.map((fault) => intervalOf(facts, fault, input.timeline)),
    sli: facts.spec.sli,
    baseline: { from: ledger.calmSince, to: ledger.faults.length > 0 ? first : ledger.methodAt },
    dwellMs,
    now: input.at,
  });
}
