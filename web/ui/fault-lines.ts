import { type FaultPosition, type FaultSpec, rowOf } from '@stormglass/agents/contract';
import type { ExperimentSpec } from '@stormglass/chaos/contract';
import { faultWords } from '../live/fault-words.ts';
import { durationText } from './format.ts';

/** Most faults hurt before the work is done; where another does, that is the point of it. */
const WHERE: Record<FaultPosition, string> = {
  before: '',
  after: ' after the work is done',
  late: ', and the work is done all the same',
  duplicate: ', and the work is done twice',
};

function whereWords({ position, action }: FaultSpec): string {
  return position === rowOf(action.type).positions[0] ? '' : WHERE[position];
}

/** What an experiment will hurt, a line each fault: `payments latency 3.5 s, for 30 s`. */
export function faultLines({ method }: Pick<ExperimentSpec, 'method'>): string[] {
  const faults = method.flatMap(({ provider }) => (provider.type === 'fault' ? [provider.spec] : []));
  return faults.map((f) => `${faultWords(f)}${whereWords(f)}, for ${durationText(f.durationMs)}`);
}
