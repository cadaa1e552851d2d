import type { FaultSpec } from '@stormglass/agents/contract';
import type { ExportOptions } from '../manifest.ts';
import type { Notes } from '../notes.ts';
import { type Chaos, lasting, podsOf } from './pods.ts';

/** What Kubernetes gives a pod by default between asking and killing, seconds. */
const GRACE_S = 30;

/** Processes as pods: killed, asked to end, or kept down. */
export function podChaos(spec: FaultSpec, options: ExportOptions, notes: Notes): Chaos | null {
  const { action, target } = spec;
  if (target.kind !== 'process') return null;
  const pods = podsOf(target.service, options);
  switch (action.type) {
    case 'process_kill':
    case 'process_terminate': {
      notes.say('lost_detail', 'action.restartAfterMs', 'Kubernetes decides when the pod is started again');
      const gracePeriod = action.type === 'process_kill' ? 0 : GRACE_S;
      return { kind: 'PodChaos', spec: { action: 'pod-kill', gracePeriod, ...pods } };
    }
    case 'broker_outage':
    case 'token_authority_down':
      return { kind: 'PodChaos', spec: { action: 'pod-failure', ...pods, ...lasting(spec) } };
    default:
      return notes.refuse('action.type', `PodChaos has nothing like ${action.type}`);
  }
}
