import { createPostgresBackend, withBackend } from 'bullmq';
import pg from 'pg';
import type { QueueFlow, QueueReading } from '../collector.ts';
import { BullmqCollector, type BullQueue } from './collector.ts';
import { EventCursor, type StreamEvent } from './event-cursor.ts';

const { Queue } = withBackend(createPostgresBackend);

/** BullMQ's default schema; the database is the broker's own. */
const SCHEMA = 'bullmq';
/** PostgreSQL: relation or schema does not exist, which means that nobody has used the broker yet. */
const NOT_YET = new Set(['42P01', '3F000']);
/** A late sample is better than none; readings never overlap. */
const QUERY_LIMIT_MS = 2_000;

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
      as consumers,
    exists (select from ${SCHEMA}.meta m where m.queue = q.queue and m.field = 'paused' and m.value = '1') as paused
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
  paused: boolean;
}

/** BullMQ on PostgreSQL: readings come from its tables with two cheap statements a second. */
export class BullmqPostgresCollector extends BullmqCollector {
  readonly #url: string;
  readonly #pool: pg.Pool;
  readonly #cursors = new Map<string, EventCursor>();

  /** `url` is the broker's database. `onError` hears of connections that break while idle. */
  constructor(url: string, queues: readonly string[], onError: (error: Error) => void) {
    super(queues, onError);
    this.#url = url;
    this.#pool = new pg.Pool({
      connectionString: url,
      max: 2,
      connectionTimeoutMillis: QUERY_LIMIT_MS,
      statement_timeout: QUERY_LIMIT_MS,
      application_name: 'stormglass-queue-agent',
    });
    this.#pool.on('error', onError);
  }

  override async read(): Promise<QueueReading[]> {
    try {
      const { rows } = await this.#pool.query<CountRow>(COUNTS, [this.queues]);
      return await Promise.all(rows.map((row) => this.#reading(row)));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && NOT_YET.has(error.code ?? ''))) throw error;
      // Whatever there will be happened under our eyes.
      for (const queue of this.queues) this.#cursors.set(queue, new EventCursor(0n));
      return [];
    }
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#pool.end();
  }

  protected override connect(name: string): BullQueue {
    return new Queue(name, { connection: { connectionString: this.#url, max: 1 } });
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
      paused: row.paused,
      ...flow,
    };
  }

  async #flow(queue: string): Promise<QueueFlow> {
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
