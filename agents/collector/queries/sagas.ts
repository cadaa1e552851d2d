import type { SagaEvent } from '../../contract/timeline.ts';
import type { SagaDetail, SagaFilter, SagaSummary } from '../../contract/trace.ts';
import { bounds, LIMITS, millis, type Store, within } from './client.ts';
import { SAGA_COLUMNS, SAGA_EVENT_KEY } from './timeline.ts';

/** Sagas are looked for by id so far back. */
const LOOKBACK_MS = 30 * 86_400_000;
const MAX_JOURNAL = 5000;

const COMPENSATING = `'compensation_started', 'compensated'`;
/** After one of these a step is not stuck any more; attempts that follow a `stuck` change nothing. */
const UNSTUCK = `'step_completed', 'compensated', 'retried', 'skipped', 'resolved'`;

const SUMMARY = `SagaId AS sagaId, max(Type) AS type, max(Mode) AS mode, max(OrderId) AS orderId,
  argMin(TraceId, Timestamp) AS traceId, min(${millis('Timestamp')}) AS startedAt,
  if(countIf(Event = 'completed') = 0, NULL, maxIf(${millis('Timestamp')}, Event = 'completed')) AS endedAt,
  multiIf(countIf(Event = 'completed') > 0, argMaxIf(Outcome, Timestamp, Event = 'completed'),
    maxIf(Timestamp, Event = 'stuck') > maxIf(Timestamp, Event IN (${UNSTUCK})), 'stuck', countIf(Event IN (${COMPENSATING})) > 0, 'compensating', 'running') AS status,
  argMaxIf(Step, Timestamp, Step != '') AS lastStep, uniqExact(${SAGA_EVENT_KEY}) AS events, max(Amount) AS amount`;

/** What each condition of a filter asks of a saga; its value is the parameter of the same name. */
const CONDITIONS = {
  status: 'status = {status:String}',
  text: '(positionCaseInsensitive(sagaId, {text:String}) > 0 OR positionCaseInsensitive(orderId, {text:String}) > 0)',
  type: 'type = {type:String}',
  mode: 'mode = {mode:String}',
  step: 'lastStep = {step:String}',
  minAmount: 'amount >= {minAmount:Float64}',
  minDurationMs: 'ifNull(endedAt, {until:Float64}) - startedAt >= {minDurationMs:Float64}',
  before: 'startedAt < {before:Float64}',
} as const satisfies Partial<Record<keyof SagaFilter, string>>;

/** Sagas which had an event in the range, newest first, as they were at its end. */
export function sagas(store: Store, filter: SagaFilter, signal?: AbortSignal): Promise<SagaSummary[]> {
  const names = Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[];
  const given = names.flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [{ sql: CONDITIONS[name], name, value }];
  });
  const having = given.map(({ sql }) => sql).join(' AND ');
  return store.rows<SagaSummary>(
    `SELECT ${SUMMARY} FROM stormglass_saga_events WHERE ${within('Timestamp')} AND SagaId != ''
     GROUP BY SagaId ${having === '' ? '' : `HAVING ${having}`}
     ORDER BY startedAt DESC LIMIT {limit:UInt32}`,
    {
      ...bounds(filter),
      ...{ limit: filter.limit, until: filter.to },
      ...Object.fromEntries(given.map(({ name, value }) => [name, value])),
    },
    signal,
    LIMITS.lookup,
  );
}

/** One saga with its journal in order of time; null when none of that id is known. */
export async function saga(
  store: Store,
  id: string,
  now: number,
  signal?: AbortSignal,
): Promise<SagaDetail | null> {
  const params = { id, ...bounds({ from: now - LOOKBACK_MS, to: now + 60_000 }) };
  const where = `SagaId = {id:String} AND ${within('Timestamp')}`;
  const [summaries, journal] = await Promise.all([
    store.rows<SagaSummary>(
      `SELECT ${SUMMARY} FROM stormglass_saga_events WHERE ${where} GROUP BY SagaId`,
      params,
      signal,
      LIMITS.lookup,
    ),
    store.rows<SagaEvent>(
      `SELECT ${SAGA_COLUMNS} FROM stormglass_saga_events WHERE ${where}
        ORDER BY Timestamp LIMIT 1 BY ${SAGA_EVENT_KEY} LIMIT ${MAX_JOURNAL}`,
      params,
      signal,
      LIMITS.lookup,
    ),
  ]);
  const summary = summaries[0];
  return summary === undefined ? null : { ...summary, journal };
}
