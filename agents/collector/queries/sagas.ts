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

/** Sagas which had an event in the range, newest first. */
export function sagas(store: Store, filter: SagaFilter, signal?: AbortSignal): Promise<SagaSummary[]> {
  const having = [
    ...(filter.status === undefined ? [] : ['status = {status:String}']),
    ...(filter.text === undefined
      ? []
      : [
          '(positionCaseInsensitive(sagaId, {text:String}) > 0 OR positionCaseInsensitive(orderId, {text:String}) > 0)',
        ]),
  ];
  return store.rows<SagaSummary>(
    `SELECT ${SUMMARY} FROM stormglass_saga_events WHERE ${within('Timestamp')} AND SagaId != ''
     GROUP BY SagaId ${having.length > 0 ? `HAVING ${having.join(' AND ')}` : ''}
     ORDER BY startedAt DESC LIMIT {limit:UInt32}`,
    {
      ...bounds(filter),
      limit: filter.limit,
      ...(filter.status === undefined ? {} : { status: filter.status }),
      ...(filter.text === undefined ? {} : { text: filter.text }),
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
