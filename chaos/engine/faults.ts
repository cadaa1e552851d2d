import {
  FAULT_CATALOGUE,
  type FaultSpec,
  type FaultTarget,
  StormglassError,
} from '@stormglass/agents/contract';
import type { RunFacts } from './state.ts';

/**
 * The fault of an activity of the method, with a seed of its own made from the run's: two faults of one run do not pick
 * the same requests by accident, and a run with the same seed picks the same again.
 */
export function faultOf(facts: RunFacts, activity: number): FaultSpec {
  const provider = facts.spec.method[activity]?.provider;
  if (provider?.type !== 'fault') {
    throw new StormglassError(
      'internal',
      `activity ${activity + 1} of the method is no fault`,
      'Report this; the engine asked for the wrong activity.',
    );
  }
  return { ...provider.spec, seed: (facts.seed + Math.imul(activity - facts.lead, 0x9e3779b1)) >>> 0 };
}

/** What a fault is called in a run: `Latency on payments POST /charges, 80 %`. */
export function faultTitle(spec: FaultSpec): string {
  const { selector } = spec;
  const route = [selector.method, selector.route].filter((part) => part !== undefined).join(' ');
  const share = selector.percentage < 100 ? `, ${selector.percentage} %` : '';
  const where = [targetName(spec.target), route].filter((part) => part !== '').join(' ');
  return `${FAULT_CATALOGUE[spec.action.type].title} on ${where}${share}`;
}

function targetName(target: FaultTarget): string {
  switch (target.kind) {
    case 'edge':
      return `${target.from} to ${target.to}`;
    case 'consumer':
      return `${target.service}, queue ${target.queue}`;
    case 'producer':
      return `${target.service}, to queue ${target.queue}`;
    case 'database':
      return `the database of ${target.service}`;
    case 'proxy':
      return `the network before ${target.service}'s database or broker`;
    case 'point':
      return `${target.point} in ${target.instance ?? target.service}`;
    case 'service':
    case 'process':
      return target.instance ?? target.service;
  }
}
