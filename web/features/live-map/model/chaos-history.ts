import type { FaultInterval, FaultTarget } from '@stormglass/agents/contract';
import type { Chosen } from './break-options.ts';

function hits(target: FaultTarget, chosen: Chosen): boolean {
  switch (chosen.kind) {
    case 'service':
      return target.kind !== 'edge' && target.service === chosen.service;
    case 'edge':
      return target.kind === 'edge' && target.from === chosen.from && target.to === chosen.to;
    case 'queue':
      return target.kind === 'consumer' && target.queue === chosen.queue;
  }
}

/** What chaos already did to what was chosen, newest first; faults of both sources, each once. */
export function chaosHistory(
  sources: readonly (readonly FaultInterval[])[],
  chosen: Chosen,
  at: number,
): FaultInterval[] {
  const byId = new Map<string, FaultInterval>();
  for (const source of sources) {
    for (const fault of source) {
      if (fault.armedAt <= at && hits(fault.spec.target, chosen)) byId.set(fault.faultId, fault);
    }
  }
  return [...byId.values()].sort((a, b) => b.armedAt - a.armedAt);
}
