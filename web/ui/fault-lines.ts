import type { ExperimentSpec } from '@stormglass/chaos/contract';
import { faultWords } from '../live/fault-words.ts';
import { durationText } from './format.ts';

/** What an experiment will hurt, a line each fault: `payments latency 3.5 s, before, for 30 s`. */
export function faultLines({ method }: Pick<ExperimentSpec, 'method'>): string[] {
  const faults = method.flatMap(({ provider }) => (provider.type === 'fault' ? [provider.spec] : []));
  return faults.map((f) => `${faultWords(f)}, ${f.position}, for ${durationText(f.durationMs)}`);
}
