import type { FaultAction, FaultSpec } from '@stormglass/agents/contract';
import { toGoDuration } from '../../duration.ts';
import type { ExportOptions } from '../manifest.ts';
import type { Notes } from '../notes.ts';
import { type Chaos, lasting, podsOf } from './pods.ts';

type Stress = Extract<FaultAction, { type: 'cpu_burn' | 'memory_pressure' }>;

/** Processor and memory, taken by another process in the container. */
export function stressChaos(
  spec: FaultSpec,
  action: Stress,
  options: ExportOptions,
  notes: Notes,
): Chaos | null {
  if (spec.target.kind !== 'service') return null;
  const beside = 'the container is stressed by a process beside the one of the service';
  notes.say('meaning_differs', 'action.type', beside);
  const stressors =
    action.type === 'cpu_burn'
      ? { cpu: { workers: action.cores, load: action.load } }
      : { memory: { workers: 1, size: `${action.bytes}B` } };
  return {
    kind: 'StressChaos',
    spec: { ...podsOf(spec.target.service, options), stressors, ...lasting(spec) },
  };
}

/** The wall clock of every process in the pod. */
export function timeChaos(
  spec: FaultSpec,
  offsetMs: number,
  options: ExportOptions,
  notes: Notes,
): Chaos | null {
  if (spec.target.kind !== 'service') return null;
  const says = 'there telemetry has the wrong time, too; here it keeps the right one';
  notes.say('meaning_differs', 'action.offsetMs', says);
  const timeOffset = `${offsetMs < 0 ? '-' : ''}${toGoDuration(Math.abs(offsetMs))}`;
  return {
    kind: 'TimeChaos',
    spec: { ...podsOf(spec.target.service, options), timeOffset, ...lasting(spec) },
  };
}
