import { METRIC } from '../../contract/telemetry.ts';
import type {
  BreakerSample,
  BreakerTransition,
  InvariantSample,
  QueueSample,
  Receipt,
  SagaEvent,
  Timeline,
  TrafficCell,
} from '../../contract/timeline.ts';
import { cells, seconds } from './cells.ts';
import { bounds, LIMITS, millis, type Range, type Store, within } from './client.ts';
import { INVARIANT_POINTS } from './invariants.ts';

export type StoredTimeline = Omit<Timeline, 'faults' | 'processes'>;

const MAX_RECEIPTS = 500;
/** Saga events of one timeline; the newest are kept. 50 orders a second for 15 min have about 400,000: the page asks less. */
const MAX_SAGA_EVENTS = 20_000;
const MAX_TRANSITIONS = 5000;

/** Start of the step of an instant, epoch seconds. */
const stepOf = (column: string) => `intDiv(toUnixTimestamp(${column}), {step:UInt32}) * {step:UInt32}`;

/** Traffic, samples, transitions, saga events and receipts of a range, at one value a step. */
export async function timeline(
  store: Store,
  range: Range,
  stepSeconds: number,
  signal?: AbortSignal,
): Promise<StoredTimeline> {
  const step = Math.max(1, Math.floor(stepSeconds));
  const [traffic, breakers, transitions, queues, invariants, sagas, found] = await Promise.all([
    trafficCells(store, range, step, signal),
    breakerSamples(store, range, step, signal),
    store.rows<BreakerTransition>(TRANSITIONS, bounds(range), signal, LIMITS.figures),
    queueSamples(store, range, step, signal),
    store.rows<InvariantSample>(INVARIANTS, { step, ...bounds(range) }, signal, LIMITS.figures),
    sagaEvents(store, range, step, signal),
    receipts(store, null, range, MAX_RECEIPTS, signal),
  ]);
  return { traffic, breakers, transitions, queues, invariants, sagas, receipts: found };
}

type StoredCell = Omit<TrafficCell, 'durations'> & { durations: Record<string, number> };

async function trafficCells(
  store: Store,
  range: Range,
  step: number,
  signal?: AbortSignal,
): Promise<TrafficCell[]> {
  const rows = await store.rows<StoredCell>(
    `SELECT ${stepOf('Second')} AS second, Kind AS kind, Service AS service, Peer AS peer, Operation AS operation,
      sum(Calls) AS calls, sum(Errors) AS errors, sum(Receipts) AS receipts, sumMap(Durations) AS durations
    FROM ${cells(range, step)}
    GROUP BY second, kind, service, peer, operation ORDER BY second, service, kind, peer, operation`,
    { step, ...seconds(range) },
    signal,
    LIMITS.figures,
  );
  return rows.map((row) => ({
    ...row,
    durations: Object.entries(row.durations)
      .map(([index, count]): [number, number] => [Number(index), count])
      .sort((a, b) => a[0] - b[0]),
  }));
}

/** The newest value of a metric in the step, null when it was not reported. */
const newest = (metric: string, value = 'Value') =>
  `argMaxIf(toNullable(${value}), TimeUnix, MetricName = '${metric}')`;
const total = (metric: string, condition: string) =>
  `sumIf(Value, MetricName = '${metric}' AND ${condition})`;

async function breakerSamples(
  store: Store,
  range: Range,
  step: number,
  signal?: AbortSignal,
): Promise<BreakerSample[]> {
  const calls = (outcomes: string) => total(METRIC.breakerCalls, `Outcome IN (${outcomes})`);
  return store.rows<BreakerSample>(
    `SELECT max(${millis('TimeUnix')}) AS at, Service AS service, Instance AS instance, Name AS name, max(Peer) AS peer,
      if(countIf(MetricName = '${METRIC.breakerState}' AND Value = 1) = 0, 'closed',
        argMaxIf(State, TimeUnix, MetricName = '${METRIC.breakerState}' AND Value = 1)) AS state,
      ${calls("'success'")} AS success, ${calls("'failure'")} AS failure, ${calls("'timeout'")} AS timeout,
      ${calls("'rejected', 'bulkhead_rejected'")} AS rejected,
      ${newest(METRIC.breakerFailureRatio)} AS failureRatio, ${newest(METRIC.breakerResetRemaining)} * 1000 AS resetRemainingMs,
      argMaxIf(Threshold, TimeUnix, isNotNull(Threshold)) AS threshold, argMaxIf(Volume, TimeUnix, isNotNull(Volume)) AS volume
    FROM stormglass_breaker_points WHERE ${within('TimeUnix')}
    GROUP BY ${stepOf('TimeUnix')}, Service, Instance, Name ORDER BY at, Service, Instance, Name`,
    { step, ...bounds(range) },
    signal,
    LIMITS.figures,
  );
}

async function queueSamples(
  store: Store,
  range: Range,
  step: number,
  signal?: AbortSignal,
): Promise<QueueSample[]> {
  const count = (state: string, unsaid = '0') => {
    const condition = `MetricName = '${METRIC.queueMessages}' AND State = '${state}'`;
    return `if(countIf(${condition}) = 0, ${unsaid}, argMaxIf(Value, TimeUnix, ${condition}))`;
  };
  return store.rows<QueueSample>(
    `SELECT max(${millis('TimeUnix')}) AS at, max(System) AS system, Queue AS queue, ${count('ready')} AS ready,
      ${count('delayed')} AS delayed, ${count('in_flight', 'NULL')} AS inFlight, ${count('dead')} AS dead,
      ${newest(METRIC.queueOldestAge)} * 1000 AS oldestAgeMs, ${total(METRIC.queueEnqueued, '1')} AS enqueued,
      ${total(METRIC.queueDequeued, '1')} AS dequeued, ${total(METRIC.queueRedeliveries, '1')} AS redelivered,
      ${newest(METRIC.queueConsumers)} AS consumers, toBool(${newest(METRIC.queuePaused)}) AS paused
    FROM stormglass_queue_points WHERE ${within('TimeUnix')}
    GROUP BY ${stepOf('TimeUnix')}, Queue ORDER BY at, Queue`,
    { step, ...bounds(range) },
    signal,
    LIMITS.figures,
  );
}

/** In a step of more than a second the worst status counts: a violation is not to be missed between two looks. */
const INVARIANTS = `SELECT at, service, id, worst AS status FROM (
    SELECT max(${millis('TimeUnix')}) AS at, service, id,
      multiIf(countIf(status = 'violated') > 0, 'violated', countIf(status = 'unknown') > 0, 'unknown',
        countIf(status = 'pending') > 0, 'pending', 'ok') AS worst
    FROM ${INVARIANT_POINTS} WHERE value = 1 AND status IN ('ok', 'pending', 'unknown', 'violated')
    GROUP BY ${stepOf('TimeUnix')}, service, id) ORDER BY at, service, id`;

const TRANSITIONS = `SELECT * FROM (SELECT ${millis('Timestamp')} AS at, Service AS service, Instance AS instance, Name AS name,
    Peer AS peer, FromState AS \`from\`, ToState AS \`to\`, Reason AS reason, WindowCalls AS windowCalls,
    WindowFailures AS windowFailures, WindowTimeouts AS windowTimeouts, WindowSeconds AS windowSeconds, Threshold AS threshold,
    Volume AS volume, ResetSeconds * 1000 AS resetTimeoutMs, TraceId AS traceId
  FROM stormglass_breaker_transitions WHERE ${within('Timestamp')} ORDER BY Timestamp DESC LIMIT ${MAX_TRANSITIONS}) ORDER BY at`;

/** The columns of a SagaEvent, from stormglass_saga_events. */
export const SAGA_COLUMNS = `${millis('Timestamp')} AS at, Event AS event, SagaId AS sagaId, Type AS type, Mode AS mode,
  Service AS service, OrderId AS orderId, Step AS step, Kind AS kind, Attempt AS attempt, Epoch AS epoch, Owner AS owner,
  Key AS key, Outcome AS outcome, Detail AS detail, TraceId AS traceId`;

/** What an event is known by: one that was sent again after a kill (`repeatSaga`) is stored twice and counts once. */
export const SAGA_EVENT_KEY = 'SagaId, Timestamp, Event, Step, Kind, Attempt';

/** In steps of more than a second only the events that change an outcome: a long range would be mostly journal rows. */
async function sagaEvents(
  store: Store,
  range: Range,
  step: number,
  signal?: AbortSignal,
): Promise<SagaEvent[]> {
  const kept = step > 1 ? "AND Event IN ('completed', 'stuck', 'compensation_started')" : '';
  return store.rows<SagaEvent>(
    `SELECT * FROM (SELECT ${SAGA_COLUMNS} FROM stormglass_saga_events WHERE ${within('Timestamp')} ${kept}
      ORDER BY Timestamp DESC LIMIT 1 BY ${SAGA_EVENT_KEY} LIMIT ${MAX_SAGA_EVENTS}) ORDER BY at`,
    bounds(range),
    signal,
    LIMITS.figures,
  );
}

/** Receipts of a range, newest `limit` of them, in order of time; of one fault when `faultId` is given. */
export async function receipts(
  store: Store,
  faultId: string | null,
  range: Range,
  limit: number,
  signal?: AbortSignal,
): Promise<Receipt[]> {
  const only = faultId === null ? '' : 'AND FaultId = {faultId:String}';
  const rows = await store.rows<Receipt>(
    `SELECT ${millis('Timestamp')} AS at, FaultId AS faultId, RunId AS runId, FaultType AS faultType, Service AS service,
      Operation AS operation, TraceId AS traceId, SpanId AS spanId, InjectedSeconds * 1000 AS injectedMs
    FROM stormglass_receipts WHERE ${within('Timestamp')} ${only} ORDER BY Timestamp DESC LIMIT {limit:UInt32}`,
    { ...bounds(range), limit, ...(faultId === null ? {} : { faultId }) },
    signal,
    LIMITS.figures,
  );
  return rows.reverse();
}
