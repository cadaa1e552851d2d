import { assertNever } from '@stormglass/agents/contract';
import type { Activity, ExperimentSpec, Guard, Provider, SliQuery } from '@stormglass/chaos/contract';
import { toleranceWords } from '../../live/tolerance-words.ts';
import { faultLines } from '../../ui/fault-lines.ts';
import { durationText } from '../../ui/format.ts';

/** A line of the outline: what it is called, and what that means. */
export interface Line {
  kind: 'fault' | 'action' | 'probe' | 'guard';
  name: string;
  says: string;
}

/** An experiment before it runs, in words. */
export interface Outline {
  watched: string;
  steady: { title: string; probes: Line[] };
  method: Line[];
  guards: Line[];
  /** How each thing that is done is undone. */
  undone: string[];
  /** What makes it `deviated` besides. */
  budget: string[];
}

const METRIC: Record<SliQuery['metric'], string> = {
  error_rate: 'share of errors',
  p95: 'p95 in ms',
  availability: 'share without an error',
  good_rate: 'share of good answers',
  rate: 'calls per second',
};

/** `share of good answers of POST /orders of gateway, within 500 ms, over 10 s`. */
function sliWords({ service, operation, metric, within_ms, window }: SliQuery): string {
  const subject = operation === undefined ? service : `${operation} of ${service}`;
  const within = metric === 'good_rate' ? `, within ${within_ms} ms` : '';
  return `${METRIC[metric]} of ${subject}${within}, over ${window} s`;
}

const QUEUE = { ready: 'ready messages', oldest_age: 'age of the oldest message, s', dead: 'dead letters' };

const within = (seconds: number): string => (seconds > 0 ? `, within ${seconds} s` : '');

function providerWords(provider: Provider): string {
  switch (provider.type) {
    case 'fault':
      return '';
    case 'control':
      return `${provider.name} of ${provider.service} with ${JSON.stringify(provider.input)}`;
    case 'protection':
      return `takes ${provider.name} of ${provider.service} away`;
    case 'sli':
      return sliWords(provider.query);
    case 'breaker': {
      const { service, peer, state } = provider;
      return `breaker ${service} → ${peer} is ${state.replace('_', '-')}${within(provider.within)}`;
    }
    case 'queue':
      return `${QUEUE[provider.metric]} in ${provider.queue}${within(provider.within)}`;
    case 'saga':
      return `at least ${provider.at_least} ${provider.outcome}${within(provider.within)}`;
    case 'invariant':
      return `${provider.id ?? 'every invariant'} is ${provider.status}${within(provider.within)}`;
    case 'recovered':
      return `all holds again${within(provider.within)}, for ${provider.dwell} s`;
    default:
      return assertNever(provider);
  }
}

function activityLine(activity: Activity): Line {
  const { type, name, provider, tolerance, pauses } = activity;
  const pause = [
    ...(pauses?.before ? [`waits ${pauses.before} s before`] : []),
    ...(pauses?.after ? [`waits ${pauses.after} s after`] : []),
  ];
  const what =
    provider.type === 'fault' ? (faultLines({ method: [activity] })[0] ?? '') : providerWords(provider);
  const allowed = tolerance === undefined ? [] : [`allowed: ${toleranceWords(tolerance)}`];
  return {
    kind: provider.type === 'fault' ? 'fault' : type,
    name,
    says: [what, ...allowed, ...pause].join('; '),
  };
}

function guardLine({ name, query, watch, tolerance }: Guard): Line {
  const allowed = `allowed: ${toleranceWords(tolerance)}`;
  return { kind: 'guard', name, says: `${query ? sliWords(query) : watchWords(watch)}; ${allowed}` };
}

function watchWords(watch: Guard['watch']): string {
  switch (watch?.type) {
    case undefined:
      return 'nothing';
    case 'queue':
      return `${QUEUE[watch.metric]} in ${watch.queue}`;
    case 'stuck_sagas':
      return 'sagas that cannot go on, or are past their deadline';
    case 'open_breakers':
      return `breakers away from closed${watch.service ? ` in ${watch.service}` : ''}`;
    case 'burn':
      return `how fast ${sliWords(watch.query)} spends its budget at ${watch.objective}`;
    case 'blast':
      return `${watch.of} that the faults reached`;
    default:
      return assertNever(watch);
  }
}

function undone({ method }: ExperimentSpec): string[] {
  return method.flatMap(({ name, provider }) => {
    if (provider.type === 'fault') {
      const life = durationText(provider.spec.durationMs);
      return [
        `${name}: ends by itself after ${life}; sooner with the run, an abort, a guard or Stop all chaos`,
      ];
    }
    if (provider.type === 'protection') {
      return [`${provider.name} of ${provider.service}: put back when the run reverts`];
    }
    return provider.type === 'control' ? [`${name}: stays as it was set; the run does not undo it`] : [];
  });
}

/** Everything an experiment is going to look at, do and undo. */
export function outlineOf(spec: ExperimentSpec): Outline {
  const { detect, recover } = spec.budget;
  return {
    watched: sliWords(spec.sli),
    steady: {
      title: spec['steady-state-hypothesis'].title,
      probes: spec['steady-state-hypothesis'].probes.map(activityLine),
    },
    method: spec.method.map(activityLine),
    guards: spec.guards.map(guardLine),
    undone: undone(spec),
    budget: [
      ...(detect === undefined ? [] : [`detected within ${detect} s`]),
      ...(recover === undefined ? [] : [`recovered within ${recover} s of the end of the fault`]),
    ],
  };
}
