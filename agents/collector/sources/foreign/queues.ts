import type { Increases } from './increase.ts';
import type { ForeignPoint } from './points.ts';

type State = 'ready' | 'delayed' | 'in_flight' | 'dead';
type Flow = 'enqueued' | 'dequeued' | 'redelivered';

/** What one collection said of one queue. */
export interface QueueReading {
  system: string;
  queue: string;
  at: string;
  messages: Partial<Record<State, number>>;
  consumers: number | null;
  flow: Partial<Record<Flow, number>>;
}

interface Rule {
  system: string;
  /** The queue's name; empty when the point is of none. */
  queue(point: ForeignPoint): string;
  /** Where the value goes; null: nowhere. */
  to(point: ForeignPoint): { state: State } | { flow: Flow } | 'consumers' | null;
}

const attribute = (point: ForeignPoint, ...names: string[]): string => {
  for (const name of names) {
    const value = point.attributes.get(name) ?? '';
    if (value !== '') return value;
  }
  return '';
};

/** Queues of other virtual hosts than the default one carry its name. */
function rabbitQueue(point: ForeignPoint): string {
  const queue = attribute(point, 'queue', 'rabbitmq_queue_name');
  const vhost = attribute(point, 'vhost', 'rabbitmq_vhost_name');
  return queue === '' || vhost === '' || vhost === '/' ? queue : `${vhost}/${queue}`;
}
const rabbit = (to: Rule['to']): Rule => ({ system: 'rabbitmq', queue: rabbitQueue, to });
const always = (target: ReturnType<Rule['to']>) => () => target;

const RABBIT_STATES: Record<string, State> = { ready: 'ready', unacknowledged: 'in_flight' };
const BULL_STATES: Record<string, State> = {
  ...{ waiting: 'ready', wait: 'ready', prioritized: 'ready', paused: 'ready' },
  ...{ delayed: 'delayed', active: 'in_flight', failed: 'dead' },
};

/** Prometheus' plugin has each of these per object on `/metrics/per-object` and `/metrics/detailed`. */
const rabbitPrometheus = Object.fromEntries(
  ['rabbitmq_queue', 'rabbitmq_detailed_queue'].flatMap((prefix): [string, Rule][] => [
    [`${prefix}_messages_ready`, rabbit(always({ state: 'ready' }))],
    [`${prefix}_messages_unacked`, rabbit(always({ state: 'in_flight' }))],
    [`${prefix}_consumers`, rabbit(always('consumers'))],
  ]),
);

/** A consumer group is behind on a topic by so many messages, over all partitions. */
const kafkaLag: Rule = {
  system: 'kafka',
  queue: (point) => {
    const topic = attribute(point, 'topic');
    const group = attribute(point, 'group', 'consumergroup');
    return topic === '' || group === '' ? '' : `${topic} (${group})`;
  },
  to: always({ state: 'ready' }),
};

const bull = (to: Rule['to']): Rule => ({
  system: 'bullmq',
  queue: (point) => attribute(point, 'bullmq_queue_name', 'queue'),
  to,
});
const bullJobs = bull((point) => {
  const state = BULL_STATES[attribute(point, 'bullmq_queue_jobs_state', 'state')];
  return state === undefined ? null : { state };
});

const RULES: Readonly<Record<string, Rule>> = {
  rabbitmq_message_current: rabbit((point) => {
    const state = RABBIT_STATES[attribute(point, 'state', 'message_state')];
    return state === undefined ? null : { state };
  }),
  rabbitmq_consumer_count: rabbit(always('consumers')),
  rabbitmq_message_published: rabbit(always({ flow: 'enqueued' })),
  rabbitmq_message_acknowledged: rabbit(always({ flow: 'dequeued' })),
  ...rabbitPrometheus,
  kafka_consumer_group_lag: kafkaLag,
  kafka_consumergroup_lag: kafkaLag,
  bullmq_queue_jobs: bullJobs,
  bullmq_job_count: bullJobs,
  bullmq_jobs_completed: bull(always({ flow: 'dequeued' })),
  bullmq_jobs_retried: bull(always({ flow: 'redelivered' })),
};

export const QUEUE_NAMES: readonly string[] = Object.keys(RULES);

/** Reads a collection's points; several partitions or nodes of one queue add up. */
export class QueueReader {
  readonly #increases: Increases;

  constructor(increases: Increases) {
    this.#increases = increases;
  }

  read(points: readonly ForeignPoint[], origin: string): QueueReading[] {
    const found = new Map<string, QueueReading>();
    for (const point of points) {
      const rule = RULES[point.name];
      const queue = rule?.queue(point) ?? '';
      const target = rule?.to(point) ?? null;
      if (rule === undefined || queue === '' || target === null) continue;
      const key = `${rule.system}|${queue}`;
      let reading = found.get(key);
      if (reading === undefined) {
        reading = { system: rule.system, queue, at: point.at, messages: {}, consumers: null, flow: {} };
        found.set(key, reading);
      }
      if (target === 'consumers') reading.consumers = (reading.consumers ?? 0) + point.value;
      else if ('state' in target)
        reading.messages[target.state] = (reading.messages[target.state] ?? 0) + Math.max(0, point.value);
      else {
        const by = this.#increases.of(`${origin}|${point.name}`, point);
        if (by !== null) reading.flow[target.flow] = (reading.flow[target.flow] ?? 0) + by;
      }
    }
    return [...found.values()];
  }
}
