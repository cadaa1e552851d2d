import type { FaultSpec } from '@stormglass/agents/contract';
import { type Exported, type ExportOptions, metadataOf } from '../manifest.ts';
import { Notes } from '../notes.ts';
import { sayLosses, selectsPlainly } from '../selection.ts';
import { httpChaos } from './http.ts';
import { networkChaos } from './network.ts';
import { podChaos } from './pod.ts';
import type { Chaos } from './pods.ts';
import { stressChaos, timeChaos } from './process.ts';

const API_VERSION = 'chaos-mesh.org/v1alpha1';

/** Faults as the kind of Chaos Mesh that has the same effect. */
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

function chaosOf(spec: FaultSpec, options: ExportOptions, notes: Notes): Chaos | null {
  const { action, target } = spec;
  sayLosses(spec, notes, 'Chaos Mesh');
  if ('instance' in target && target.instance !== undefined) {
    return notes.refuse('target.instance', 'pods are chosen by label here');
  }
  if (action.type === 'cpu_burn' || action.type === 'memory_pressure') {
    return stressChaos(spec, action, options, notes);
  }
  if (action.type === 'clock_skew') return timeChaos(spec, action.offsetMs, options, notes);
  if (target.kind === 'process') return podChaos(spec, options, notes);
  if (target.kind === 'edge') return networkChaos(spec, options, notes);
  if (target.kind === 'service') return httpChaos(spec, options, notes);
  return notes.refuse('target.kind', `Chaos Mesh has nothing for a ${target.kind} of a service`);
}
