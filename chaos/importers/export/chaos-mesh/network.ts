import type { FaultSpec } from '@stormglass/agents/contract';
import type { ExportOptions } from '../manifest.ts';
import type { Notes } from '../notes.ts';
import { sayDistribution } from '../selection.ts';
import { type Chaos, lasting, podsOf } from './pods.ts';

/** Between two services there is the network only: it knows packets, and nothing of calls. */
export function networkChaos(spec: FaultSpec, options: ExportOptions, notes: Notes): Chaos | null {
  const { action, target, selector, position } = spec;
  if (target.kind !== 'edge') return null;
  if (action.type !== 'latency' && action.type !== 'hang') {
    return notes.refuse('action.type', `between two services NetworkChaos has nothing like ${action.type}`);
  }
  const { route, method, header, percentage } = selector;
  if (route !== undefined || method !== undefined || header !== undefined || percentage < 100) {
    return notes.refuse(
      'selector',
      'NetworkChaos hurts every packet; it knows no routes, no headers and no shares of calls',
    );
  }
  if (position !== 'before') return notes.refuse('position', `NetworkChaos cannot act ${position} a call`);
  return {
    kind: 'NetworkChaos',
    spec: {
      ...effectOf(action, notes),
      ...podsOf(target.from, options),
      direction: 'to',
      target: podsOf(target.to, options),
      ...lasting(spec),
    },
  };
}

function effectOf(
  action: Extract<FaultSpec['action'], { type: 'latency' | 'hang' }>,
  notes: Notes,
): Record<string, unknown> {
  if (action.type === 'hang') {
    notes.say('meaning_differs', 'action.type', 'every packet to the service is lost, not only new calls');
    return { action: 'partition' };
  }
  notes.say('meaning_differs', 'action.ms', 'every packet to the service is late, those of a handshake too');
  sayDistribution(action, notes, 'NetworkChaos');
  return { action: 'delay', delay: { latency: `${action.ms}ms`, jitter: `${action.jitterMs}ms` } };
}
