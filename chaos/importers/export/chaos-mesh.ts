import type { FaultSpec } from '@stormglass/agents/contract';
import { toGoDuration } from '../duration.ts';
import { type Exported, type ExportOptions, type Manifest, metadataOf } from './manifest.ts';
import { Notes } from './notes.ts';
import { hasParameters, sayLosses, selectsPlainly } from './selection.ts';

const API_VERSION = 'chaos-mesh.org/v1alpha1';

/** Faults as HTTPChaos, NetworkChaos or PodChaos, whichever has the same effect. */
export function toChaosMesh(specs: readonly FaultSpec[], options: ExportOptions): Exported {
  const exported: Exported = { manifests: [], findings: [] };
  for (const [index, spec] of specs.entries()) {
    const notes = new Notes(spec, index);
    const chaos = selectsPlainly(spec, notes, 'Chaos Mesh') ? chaosOf(spec, options, notes) : null;
    exported.findings.push(...notes.findings);
    if (chaos === null) continue;
    const metadata = metadataOf(spec, index, options);
    exported.manifests.push({ apiVersion: API_VERSION, metadata, ...chaos });
  }
  return exported;
}

type Chaos = Pick<Manifest, 'kind' | 'spec'>;

function chaosOf(spec: FaultSpec, options: ExportOptions, notes: Notes): Chaos | null {
  const { target } = spec;
  sayLosses(spec, notes, 'Chaos Mesh');
  if (target.kind === 'process') return podChaos(spec, options, notes);
  if (target.kind === 'edge') return networkChaos(spec, options, notes);
  if (target.kind === 'service') return httpChaos(spec, options, notes);
  return notes.refuse('target.kind', `Chaos Mesh has nothing for a ${target.kind} of a service`);
}

function podsOf(service: string, { namespace, label }: ExportOptions): Record<string, unknown> {
  const where = namespace === undefined ? {} : { namespaces: [namespace] };
  return { mode: 'all', selector: { ...where, labelSelectors: { [label]: service } } };
}

const lasting = ({ durationMs }: FaultSpec): { duration: string } => ({ duration: toGoDuration(durationMs) });

function podChaos(spec: FaultSpec, options: ExportOptions, notes: Notes): Chaos | null {
  const { action, target } = spec;
  if (action.type !== 'process_kill' || target.kind !== 'process') {
    return notes.refuse('action.type', `PodChaos has nothing like ${action.type}`);
  }
  if (target.instance !== undefined) return notes.refuse('target.instance', 'a pod is chosen by label here');
  notes.say('lost_detail', 'action.restartAfterMs', 'Kubernetes decides when the pod is started again');
  return {
    kind: 'PodChaos',
    spec: { action: 'pod-kill', gracePeriod: 0, ...podsOf(target.service, options) },
  };
}

/** Between two services there is the network only: it knows packets, and nothing of calls. */
function networkChaos(spec: FaultSpec, options: ExportOptions, notes: Notes): Chaos | null {
  const { action, target, selector, position } = spec;
  if (target.kind !== 'edge') return null;
  if (action.type !== 'latency') {
    return notes.refuse('action.type', `between two services NetworkChaos has nothing like ${action.type}`);
  }
  if (selector.route !== undefined || selector.method !== undefined || selector.percentage < 100) {
    return notes.refuse(
      'selector',
      'NetworkChaos delays every packet; it knows no routes and no shares of calls',
    );
  }
  if (position !== 'before') return notes.refuse('position', `NetworkChaos cannot act ${position} a call`);
  notes.say('meaning_differs', 'action.ms', 'every packet to the service is late, those of a handshake too');
  return {
    kind: 'NetworkChaos',
    spec: {
      action: 'delay',
      ...podsOf(target.from, options),
      direction: 'to',
      target: podsOf(target.to, options),
      delay: { latency: `${action.ms}ms`, jitter: `${action.jitterMs}ms` },
      ...lasting(spec),
    },
  };
}

function httpChaos(spec: FaultSpec, options: ExportOptions, notes: Notes): Chaos | null {
  const { target, selector } = spec;
  if (target.kind !== 'service') return null;
  if (target.instance !== undefined) return notes.refuse('target.instance', 'pods are chosen by label here');
  if (selector.percentage < 100) {
    return notes.refuse(
      'selector.percentage',
      'HTTPChaos hurts every call that matches, not a share of them',
    );
  }
  const effect = httpEffect(spec, notes);
  if (effect === null) return null;
  const { route, method } = selector;
  return {
    kind: 'HTTPChaos',
    spec: {
      ...podsOf(target.service, options),
      target: spec.position === 'before' ? 'Request' : 'Response',
      port: options.port,
      ...(route === undefined ? {} : { path: pathOf(route) }),
      ...(method === undefined ? {} : { method }),
      ...effect,
      ...lasting(spec),
    },
  };
}

/** Its paths know `*` only. */
function pathOf(route: string): string {
  return hasParameters(route) ? route.replace(/:\w+|\{\w+\}/g, '*') : route;
}

function httpEffect({ action, position }: FaultSpec, notes: Notes): Record<string, unknown> | null {
  if (action.type === 'reset') return { abort: true };
  if (action.type === 'latency') {
    if (action.jitterMs > 0) notes.say('lost_detail', 'action.jitterMs', 'HTTPChaos has no jitter');
    return { delay: `${action.ms}ms` };
  }
  if (action.type !== 'error') {
    return notes.refuse('action.type', `HTTPChaos has nothing like ${action.type}`);
  }
  if (position !== 'after') {
    const says = 'HTTPChaos changes the answer of a call that was made; position after is that';
    return notes.refuse('position', says);
  }
  return { replace: { code: action.status, body: Buffer.from(action.body).toString('base64') } };
}
