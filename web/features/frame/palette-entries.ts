import type { FaultInterval, SagaEvent } from '@stormglass/agents/contract';
import type { RunSummary } from '@stormglass/chaos/contract';
import type { Answer } from '../../live/answers.ts';
import type { ApiName } from '../../live/api.ts';
import { faultWords } from '../../live/fault-words.ts';
import { type BreakerView, edgeId } from '../../live/figures.ts';
import type { RequestOptions } from '../../live/request.ts';
import { clock, countdown } from '../../ui/format.ts';
import { PLACES } from './places.ts';

/** Where an entry leads, or what it does. `opens` is where the answer of a call is to be read. */
export type Deed =
  | { go: string }
  | { run: () => void }
  | { call: ApiName; options: RequestOptions; opens?: 'run' | 'saga' };

export interface Entry {
  id: string;
  label: string;
  description: string;
  /** Also found by these. */
  words?: string;
  /** It hurts: Enter has to be pressed twice. */
  hurts?: boolean;
  deed: Deed;
}

export interface EntryGroup {
  group: string;
  entries: Entry[];
  /** Shown before anything is typed. */
  always?: boolean;
}

const MORE_PLACES = [
  { href: '/attach', name: 'Attach your service', about: 'Lines to copy; waits for its first span' },
  { href: '/chaos/sweep', name: 'Sweep', about: 'Every fault on every place of the map' },
];
const path = encodeURIComponent;

export function placeEntries(): Entry[] {
  return [...PLACES, ...MORE_PLACES].map(({ href, name, about }) => ({
    id: href,
    label: name,
    description: about,
    deed: { go: href },
  }));
}

/** What is going on and can be ended. */
export function underWay(
  faults: readonly FaultInterval[],
  runs: readonly RunSummary[],
  now: number,
): Entry[] {
  const running = runs.filter((run) => run.endedAt === null);
  return [
    ...running.map((run) => ({
      id: `abort:${run.id}`,
      label: `Abort ${run.title}`,
      description: 'Ends the run and reverts its faults',
      hurts: true,
      deed: { call: 'abortRun', options: { params: { id: run.id } } } as const,
    })),
    ...faults.map((fault) => ({
      id: `release:${fault.faultId}`,
      label: `Release ${faultWords(fault.spec)}`,
      description: `Armed, ${countdown(fault.expiresAt - now)} left`,
      deed: { call: 'releaseFault', options: { params: { id: fault.faultId } } } as const,
    })),
  ];
}

export function serviceEntries(services: readonly string[]): Entry[] {
  return services.map((name) => ({
    id: `service:${name}`,
    label: name,
    description: 'Service, on the live map',
    deed: { go: `/?node=${path(name)}` },
  }));
}

export function experimentEntries(experiments: Answer<'experiments'>['experiments']): Entry[] {
  return experiments.map(({ id, spec }) => ({
    id: `experiment:${id}`,
    label: `Run ${spec.title}`,
    description: `Experiment ${id}`,
    words: 'experiment chaos start',
    hurts: true,
    deed: { call: 'startRun', options: { input: { experimentId: id } }, opens: 'run' },
  }));
}

export function runEntries(runs: readonly RunSummary[]): Entry[] {
  return runs.map((run) => ({
    id: `run:${run.id}`,
    label: run.title,
    description: `Run of ${clock(run.startedAt)}, ${run.verdict ?? 'in progress'}`,
    words: `${run.id} ${run.experimentId} report`,
    deed: { go: `/chaos/runs/${path(run.id)}` },
  }));
}

/** The newest first; each saga once. */
export function sagaEntries(events: readonly SagaEvent[]): Entry[] {
  const outcomes = new Map<string, string>();
  for (const event of events) if (event.event === 'completed') outcomes.set(event.sagaId, event.outcome);
  return events
    .filter((event) => event.event === 'started')
    .reverse()
    .map(({ sagaId, orderId, type, at }) => ({
      id: `saga:${sagaId}`,
      label: sagaId,
      description: `${type} of ${clock(at)}, ${outcomes.get(sagaId) ?? 'under way'}`,
      words: `saga ${orderId}`,
      deed: { go: `/sagas/${path(sagaId)}` },
    }));
}

/** Where it is, and what a connected agent can do to it. */
export function queueEntries(queues: Answer<'queues'>['queues']): Entry[] {
  return queues.flatMap(({ queue, sample, actions }): Entry[] => {
    const act = (action: 'pause' | 'resume', label: string, description: string): Entry => ({
      id: `${action}:${queue}`,
      label: `${label} ${queue}`,
      description,
      words: 'queue',
      hurts: action === 'pause',
      deed: { call: 'queueAction', options: { params: { queue, action }, input: {} } },
    });
    return [
      {
        id: `queue:${queue}`,
        label: queue,
        description: `Queue, ${sample.ready + sample.delayed} waiting, ${sample.dead} dead`,
        words: 'queue',
        deed: { go: `/?node=${path(`queue:${queue}`)}` },
      },
      ...(actions.includes('pause') && sample.paused !== true
        ? [act('pause', 'Pause', 'Stops delivery to all consumers')]
        : []),
      ...(actions.includes('resume') && sample.paused === true
        ? [act('resume', 'Resume', 'Delivery goes on')]
        : []),
    ];
  });
}

/** How long a breaker that was forced from here stays so, ms. */
const FORCE_MS = 30_000;

export function breakerEntries(breakers: readonly BreakerView[], forceable: ReadonlySet<string>): Entry[] {
  return breakers.flatMap(({ id, service, name, peer, state }): Entry[] => {
    const force = (to: 'open' | 'closed' | 'reset', label: string, description: string): Entry => ({
      id: `${to}:${id}`,
      label,
      description,
      words: 'breaker force',
      hurts: to !== 'reset',
      deed: {
        call: 'forceBreaker',
        options: { params: { service, name }, input: { state: to, forMs: FORCE_MS } },
      },
    });
    return [
      {
        id: `breaker:${id}`,
        label: `${service} to ${peer}`,
        description: `Breaker ${name}, ${state.replace('_', ' ')}`,
        words: 'breaker',
        deed: { go: `/?edge=${path(edgeId(service, peer))}` },
      },
      ...(forceable.has(id)
        ? [
            force('open', `Force ${id} open`, `Breaker, for ${FORCE_MS / 1000} s`),
            force('closed', `Force ${id} closed`, `Breaker, for ${FORCE_MS / 1000} s`),
            force('reset', `Reset ${id}`, 'Breaker: its counts begin anew'),
          ]
        : []),
    ];
  });
}

/** What was typed, wherever else it may be found. */
export function typedEntries(typed: string): Entry[] {
  if (/^[0-9a-f]{32}$/i.test(typed)) {
    const go = `/traces/${typed.toLowerCase()}`;
    return [{ id: 'trace', label: typed, description: 'Open this trace', deed: { go } }];
  }
  if (typed.length < 3) return [];
  const found = (id: string, label: string, description: string, go: string): Entry => ({
    ...{ id, label, description, words: typed },
    deed: { go },
  });
  return [
    found(
      'find-saga',
      `Find “${typed}” among the sagas`,
      'By the id of a saga or an order',
      `/sagas?text=${path(typed)}`,
    ),
    found(
      'find-trace',
      `Find “${typed}” in traces`,
      'As the search field reads it',
      `/traces?q=${path(typed)}&all=1`,
    ),
  ];
}

const SHOWN_PER_GROUP = 6;

/** What fits every typed word; before anything is typed only what is always of use. Long groups say what they left out. */
export function fitting(groups: readonly EntryGroup[], typed: string): EntryGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return groups.flatMap(({ group, entries, always }) => {
    if (words.length === 0) return always && entries.length > 0 ? [{ group, entries }] : [];
    const found = entries.filter((entry) => fits(entry, group, words));
    if (found.length === 0) return [];
    const left = found.length - SHOWN_PER_GROUP;
    const title = left > 0 ? `${group}, ${left} more fit` : group;
    return [{ group: title, entries: found.slice(0, SHOWN_PER_GROUP) }];
  });
}

function fits(
  { id, label, description, words = '' }: Entry,
  group: string,
  typed: readonly string[],
): boolean {
  const text = `${label} ${description} ${words} ${group} ${id}`.toLowerCase();
  return typed.every((word) => text.includes(word));
}
