import { BREAKER_ATTR, METRIC, RECEIPT_ATTR, SAGA_ATTR, SEMCONV } from '../../contract/telemetry.ts';
import { QUEUE_STATE_NAMES } from '../live/samples.ts';
import { attr, CELL_KIND, CELL_OPERATION, CELL_PEER, CELL_SERVICE, IS_ERROR } from './cells.ts';

/**
 * What is derived from the raw tables inside the engine, at insert time where a page reads it each second
 * (materialized), as a plain view where a name is all that is wanted. The live mapping (`../live`) says the same in
 * TypeScript; the test "the live line equals what the queries give" holds the two together.
 */

/** agents/contract/sketch.ts in SQL: the same bucket for the same duration. */
const SKETCH_INDEX = `if(Duration <= 50000, 0, toUInt8(least(199, floor(log2(Duration / 1000000 / 0.05) * 8))))`;

const TRAFFIC = `CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_traffic_mv TO stormglass_traffic AS
  SELECT toDateTime(Timestamp + toIntervalNanosecond(Duration)) AS Second, ${CELL_KIND} AS Kind,
    ${CELL_SERVICE} AS Service, ${CELL_PEER} AS Peer, ${CELL_OPERATION} AS Operation,
    count() AS Calls, countIf(${IS_ERROR}) AS Errors, countIf(SpanAttributes['${RECEIPT_ATTR.faultId}'] != '') AS Receipts,
    sumMap(map(${SKETCH_INDEX}, toUInt64(1))) AS Durations
  FROM otel_traces WHERE Kind != ''
  GROUP BY Second, Kind, Service, Peer, Operation`;

const TRAFFIC_MINUTES = `CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_traffic_minutes_mv TO stormglass_traffic_minutes AS
  ${minutesOf('stormglass_traffic')}`;

/** Cells of seconds as cells of minutes. */
export function minutesOf(seconds: string): string {
  return `SELECT Minute AS Second, Kind, Service, Peer, Operation, sum(Calls) AS Calls, sum(Errors) AS Errors,
    sum(Receipts) AS Receipts, sumMap(Durations) AS Durations FROM (SELECT *, toStartOfMinute(Second) AS Minute FROM ${seconds})
  GROUP BY Minute, Kind, Service, Peer, Operation`;
}

/** The Collector has a table of this name; each materialized view costs an insert about 6 ms, so here it is a plain one. */
const TRACE_BOUNDS = `CREATE OR REPLACE VIEW otel_traces_trace_id_ts AS
  SELECT TraceId, toDateTime(Start) AS Start, toDateTime(End) AS End FROM stormglass_traces`;

/** Lowest wins: a real root; else, where its parent lies outside of what we get, what came in at a service of ours. */
const ROOT_RANK = `multiIf(ParentSpanId = '', 0, SpanKind = 'Server', 1, 2)`;

const TRACE_SUMMARIES = `CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_traces_mv TO stormglass_traces AS
  SELECT toStartOfMinute(min(Timestamp)) AS Minute, TraceId, min(Timestamp) AS Start,
    max(Timestamp + toIntervalNanosecond(Duration)) AS End, count() AS Spans, countIf(StatusCode = 'Error') AS Errors,
    min((${ROOT_RANK}, Timestamp, toString(ServiceName), toString(Operation))) AS Root,
    groupUniqArray(toString(ServiceName)) AS Services,
    groupUniqArrayIf(SpanAttributes['${RECEIPT_ATTR.faultId}'], SpanAttributes['${RECEIPT_ATTR.faultId}'] != '') AS FaultIds,
    groupUniqArrayArray(Links.TraceId) AS Links
  FROM otel_traces GROUP BY TraceId`;

const RECEIPTS = `CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_receipts_mv TO stormglass_receipts AS
  SELECT Timestamp + toIntervalNanosecond(Duration) AS Timestamp, SpanAttributes['${RECEIPT_ATTR.faultId}'] AS FaultId,
    SpanAttributes['${RECEIPT_ATTR.runId}'] AS RunId, SpanAttributes['${RECEIPT_ATTR.faultType}'] AS FaultType,
    ServiceName AS Service, otel_traces.Operation AS Operation, TraceId, SpanId,
    toFloat64OrZero(SpanAttributes['${RECEIPT_ATTR.duration}']) AS InjectedSeconds
  FROM otel_traces WHERE SpanAttributes['${RECEIPT_ATTR.faultId}'] != ''`;

const EVENTS = `CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_events_mv TO stormglass_events AS
  SELECT Timestamp, EventName, ServiceName AS Service, ResourceAttributes['${SEMCONV.serviceInstance}'] AS Instance,
    TraceId, SpanId, LogAttributes AS Attributes
  FROM otel_logs WHERE EventName != ''`;

const at = (name: string) => `Attributes['${name}']`;

const BREAKER_TRANSITIONS = `CREATE OR REPLACE VIEW stormglass_breaker_transitions AS
  SELECT Timestamp, Service, Instance, ${at(BREAKER_ATTR.name)} AS Name, ${attr(SEMCONV.peerService, 'Attributes')} AS Peer,
    ${at(BREAKER_ATTR.from)} AS FromState, ${at(BREAKER_ATTR.to)} AS ToState, ${at(BREAKER_ATTR.reason)} AS Reason,
    toInt64OrZero(${at(BREAKER_ATTR.windowCalls)}) AS WindowCalls,
    toInt64OrZero(${at(BREAKER_ATTR.windowFailures)}) AS WindowFailures,
    toInt64OrZero(${at(BREAKER_ATTR.windowTimeouts)}) AS WindowTimeouts,
    toFloat64OrZero(${at(BREAKER_ATTR.windowSeconds)}) AS WindowSeconds,
    toFloat64OrZero(${at(BREAKER_ATTR.threshold)}) AS Threshold, toInt64OrZero(${at(BREAKER_ATTR.volume)}) AS Volume,
    toFloat64OrZero(${at(BREAKER_ATTR.resetTimeout)}) AS ResetSeconds, TraceId
  FROM stormglass_events WHERE startsWith(EventName, 'circuit_breaker.')`;

const SAGA_EVENTS = `CREATE OR REPLACE VIEW stormglass_saga_events AS
  SELECT Timestamp, substring(EventName, 6) AS Event, ${at(SAGA_ATTR.id)} AS SagaId, ${at(SAGA_ATTR.type)} AS Type,
    ${at(SAGA_ATTR.mode)} AS Mode, Service, ${at(SAGA_ATTR.order)} AS OrderId, ${at(SAGA_ATTR.step)} AS Step,
    ${at(SAGA_ATTR.kind)} AS Kind, toInt64OrZero(${at(SAGA_ATTR.attempt)}) AS Attempt,
    toInt64OrZero(${at(SAGA_ATTR.epoch)}) AS Epoch, ${at(SAGA_ATTR.owner)} AS Owner, ${at(SAGA_ATTR.key)} AS Key,
    ${at(SAGA_ATTR.outcome)} AS Outcome, ${at(SAGA_ATTR.detail)} AS Detail, toFloat64OrNull(${at(SAGA_ATTR.amount)}) AS Amount,
    TraceId
  FROM stormglass_events WHERE startsWith(EventName, 'saga.')`;

const METRIC_TABLES = ['otel_metrics_sum', 'otel_metrics_gauge'];

/** Number points of some metrics, whichever table the instrument's kind put them in. */
function points(view: string, metrics: readonly string[], columns: string): string {
  const names = metrics.map((m) => `'${m}'`).join(', ');
  const selects = METRIC_TABLES.map(
    (table) => `SELECT TimeUnix, MetricName, Value, ServiceName AS Service,
      ResourceAttributes['${SEMCONV.serviceInstance}'] AS Instance, ${columns} FROM ${table} WHERE MetricName IN (${names})`,
  );
  return `CREATE OR REPLACE VIEW ${view} AS ${selects.join(' UNION ALL ')}`;
}

const BREAKER_POINTS = points(
  'stormglass_breaker_points',
  [METRIC.breakerState, METRIC.breakerCalls, METRIC.breakerFailureRatio, METRIC.breakerResetRemaining],
  `${at(BREAKER_ATTR.name)} AS Name, ${attr(SEMCONV.peerService, 'Attributes')} AS Peer, ${at(BREAKER_ATTR.state)} AS State,
   ${at(BREAKER_ATTR.outcome)} AS Outcome, toFloat64OrNull(${at(BREAKER_ATTR.threshold)}) AS Threshold,
   toFloat64OrNull(${at(BREAKER_ATTR.volume)}) AS Volume`,
);

const QUEUE_POINTS = points(
  'stormglass_queue_points',
  [
    ...[METRIC.queueMessages, METRIC.queueOldestAge, METRIC.queueRedeliveries],
    ...[METRIC.queueEnqueued, METRIC.queueDequeued, METRIC.queueConsumers, METRIC.queuePaused],
  ],
  `${attr(SEMCONV.messagingSystem, 'Attributes')} AS System, ${attr(SEMCONV.destination, 'Attributes')} AS Queue,
   ${attr(QUEUE_STATE_NAMES, 'Attributes')} AS State`,
);

/** Every derived table's view, to be created after the tables. */
export const VIEW_STATEMENTS: readonly string[] = [
  TRAFFIC,
  TRAFFIC_MINUTES,
  TRACE_BOUNDS,
  TRACE_SUMMARIES,
  RECEIPTS,
  EVENTS,
  BREAKER_TRANSITIONS,
  SAGA_EVENTS,
  BREAKER_POINTS,
  QUEUE_POINTS,
];
