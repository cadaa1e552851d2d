import { createPostgresBackend, type Job, withBackend } from 'bullmq';
import pg from 'pg';
import { type DeadLetter, StormglassError } from '../contract/index.ts';
import type { QueueCollector, QueueReading } from './collector.ts';
import { EventCursor, type StreamEvent } from './event-cursor.ts';

const { Queue } = withBackend(createPostgresBackend);
type BullQueue = InstanceType<typeof Queue>;

/** BullMQ's default schema; the database is the broker's own. */
const SCHEMA = 'bullmq';
/** PostgreSQL: relation or schema does not exist, which means that nobody has used the broker yet. */
const NOT_YET = new Set(['42P01', '3F000']);
/** A late sample is better than none; readings never overlap. */
const QUERY_LIMIT_MS = 2_000;
const MAX_PAYLOAD = 4_096;
/** Most messages that one redrive or purge takes at a time. */
const BATCH = 1_000;

const COUNTS = `
  select q.queue,
    count(*) filter (where j.state = 'waiting')::int as ready,
    count(*) filter (where j.state = 'delayed')::int as delayed,
    count(*) filter (where j.state = 'active')::int as in_flight,
    count(*) filter (where j.state = 'failed')::int as dead,
    (extract(epoch from clock_timestamp()) * 1000
      - min(greatest(j.added_at_ms, coalesce(j.process_at_ms, 0))) filter (where j.state = 'waiting'))::float8 as oldest_age_ms,
    (select count(*)::int from pg_stat_activity a
      where a.datname = current_database() and (a.application_name = q.queue or a.application_name like q.queue || ':w:%'))
      as consumers
  from unnest($1::text[]) as q(queue)
  left join ${SCHEMA}.job j on j.queue = q.queue and j.state in ('waiting', 'delayed', 'active', 'failed')
  group by q.queue`;

const EVENTS = `
  select id, event, data->>'jobId' as job_id, data->>'prev' as prev,
    (extract(epoch from clock_timestamp()) * 1000 - created_at_ms)::float8 as age_ms
  from ${SCHEMA}.event where queue = $1 and id > $2 order by id`;

interface CountRow {
  queue: string;
  ready: number;
  delayed: number;
  in_flight: number;
  dead: number;
  oldest_age_ms: number | null;
  consumers: number;
}

/**
 * BullMQ on PostgreSQL. Readings come from its tables with two cheap statements a second; changes go through BullMQ
 * itself, which knows what else must happen.
 */
export class BullmqCollector implements QueueCollector {
  readonly system = 'bullmq';
  readonly queues: readonly string[];
  readonly #url: string;
  readonly #pool: pg.Pool;
  readonly #cursors = new Map<string, EventCursor>();
  readonly #opened = new Map<string, BullQueue>();

  /** `url` is the broker's database. `onError` hears of connections that break while idle. */
  constructor(url: string, queues: readonly string[], onError: (error: Error) => void) {
    this.#url = url;
    this.queues = queues;
    this.#pool = new pg.Pool({
      connectionString: url,
      max: 2,
      connectionTimeoutMillis: QUERY_LIMIT_MS,
      statement_timeout: QUERY_LIMIT_MS,
      application_name: 'stormglass-queue-agent',
    });
    this.#pool.on('error', onError);
  }

  async read(): Promise<QueueReading[]> {
    try {
      const { rows } = await this.#pool.query<CountRow>(COUNTS, [this.queues]);
      return await Promise.all(rows.map((row) => this.#reading(row)));
    } catch (error) {
      if (error instanceof pg.DatabaseError && NOT_YET.has(error.code ?? '')) return [];
      throw error;
    }
  }

  async setPaused(name: string, paused: boolean): Promise<boolean> {
    const queue = await this.#open(name);
    await (paused ? queue.pause() : queue.resume());
    return queue.isPaused();
  }

  async redrive(name: string, limit = Number.POSITIVE_INFINITY): Promise<number> {
    const queue = await this.#open(name);
    // Those that are dead now: one which fails again meanwhile is not driven round and round.
    const wanted = Math.min(limit, await queue.getFailedCount());
    let redriven = 0;
    while (redriven < wanted) {
      const failed = await queue.getFailed(0, Math.min(BATCH, wanted - redriven) - 1);
      if (failed.length === 0) break;
      for (const job of failed) await job.retry('failed', { resetAttemptsMade: true });
      redriven += failed.length;
    }
    return redriven;
  }

  async purge(name: string): Promise<number> {
    const queue = await this.#open(name);
    const left = async () => {
      const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'failed');
      return Object.values(counts).reduce((sum, n) => sum + n, 0);
    };
    const before = await left();
    await queue.drain(true);
    while ((await queue.clean(0, BATCH, 'failed')).length > 0);
    return Math.max(0, before - (await left()));
  }

  async dead(name: string, limit: number): Promise<{ total: number; letters: DeadLetter[] }> {
    const queue = await this.#open(name);
    const [total, jobs] = await Promise.all([queue.getFailedCount(), queue.getFailed(0, limit - 1)]);
    return { total, letters: jobs.map(toLetter) };
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#opened.values()].map((queue) => queue.close()));
    await this.#pool.end();
  }

  async #reading(row: CountRow): Promise<QueueReading> {
    const flow = await this.#flow(row.queue);
    return {
      queue: row.queue,
      ready: row.ready,
      delayed: row.delayed,
      inFlight: row.in_flight,
      dead: row.dead,
      oldestAgeMs: row.oldest_age_ms === null ? null : Math.max(0, row.oldest_age_ms),
      consumers: row.consumers,
      ...flow,
    };
  }

  async #flow(queue: string): Promise<ReturnType<EventCursor['take']>> {
    const cursor = this.#cursors.get(queue);
    if (!cursor) {
      const newest = `select coalesce(max(id), 0) as id from ${SCHEMA}.event where queue = $1`;
      const { rows } = await this.#pool.query<{ id: string }>(newest, [queue]);
      const fresh = new EventCursor(BigInt(rows[0]?.id ?? 0));
      this.#cursors.set(queue, fresh);
      return fresh.take([]);
    }
    const { rows } = await this.#pool.query(EVENTS, [queue, cursor.floor.toString()]);
    return cursor.take(rows.map(toEvent));
  }

  async #open(name: string): Promise<BullQueue> {
    if (!this.queues.includes(name)) {
      throw new StormglassError(
        'not_found',
        `this agent does not watch a queue ${name}`,
        `Choose one of ${this.queues.join(', ')}.`,
      );
    }
    const known = this.#opened.get(name);
    if (known) return known;
    const queue = new Queue(name, { connection: { connectionString: this.#url, max: 1 } });
    queue.on('error', (error) => this.#pool.emit('error', error));
    try {
      await queue.waitUntilReady();
    } catch (error) {
      await queue.close();
      throw new StormglassError(
        'control_failed',
        `the broker of ${name} does not answer: ${String(error)}`,
        'Try again when the broker is back.',
        { cause: error },
      );
    }
    this.#opened.set(name, queue);
    return queue;
  }
}

function toEvent(row: {
  id: string;
  event: string;
  job_id: string | null;
  prev: string | null;
  age_ms: number;
}): StreamEvent {
  return { id: BigInt(row.id), event: row.event, jobId: row.job_id ?? '', prev: row.prev, ageMs: row.age_ms };
}

function toLetter(job: Job): DeadLetter {
  const text = JSON.stringify(job.data) ?? 'null';
  return {
    id: job.id ?? '',
    name: job.name,
    failedAt: job.finishedOn ?? null,
    attempts: job.attemptsMade,
    error: job.failedReason ?? '',
    traceId: traceIdOf(job),
    payload: text.length <= MAX_PAYLOAD ? job.data : `${text.slice(0, MAX_PAYLOAD)}...`,
  };
}

/** Of the producer, which the consumer's span continues. */
function traceIdOf(job: Job): string {
  const metadata = job.opts.telemetry?.metadata ?? '';
  return /"traceparent":"[0-9a-f]{2}-([0-9a-f]{32})-/.exec(metadata)?.[1] ?? '';
}
