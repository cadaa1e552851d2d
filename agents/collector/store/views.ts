import {
  BREAKER_ATTR,
  METRIC,
  OVERFLOW_NAME,
  RECEIPT_ATTR,
  SAGA_ATTR,
  SEMCONV,
} from '../../contract/telemetry.ts';
import { QUEUE_STATE_NAMES } from '../live/samples.ts';
import { OVERFLOW } from '../live/spans.ts';

/**
 * What is derived from the raw tables inside the engine, at insert time where a page reads it each second
 * (materialized), as a plain view where a name is all that is wanted. The live mapping (`../live`) says the same in
 * TypeScript; the test "the live line equals what the queries give" holds the two together.
 */

/** First non-empty of several spellings of an attribute. */
function attr(names: readonly string[] | string, map = 'SpanAttributes'): string {
  const list = typeof names === 'string' ? [names] : names;
  return list.reduceRight((rest, name) => {
    const value = `${map}['${name}']`;
    return rest === '' ? value : `if(${value} != '', ${value}, ${rest})`;
  }, '');
}

const METHOD = attr(SEMCONV.method);
const ROUTE = attr(SEMCONV.route);
const STATUS = `toUInt16OrZero(${attr(SEMCONV.status)})`;
const ADDRESS = attr(SEMCONV.serverAddress);
const PORT = attr(SEMCONV.serverPort);
const DB = attr(SEMCONV.dbSystem);
const DESTINATION = attr(SEMCONV.destination);
const MESSAGING = attr(SEMCONV.messagingSystem);

/** `POST /orders`, else the span's own name. */
export const OPERATION = `if(${ROUTE} != '' AND ${METHOD} != '', concat(${METHOD}, ' ', ${ROUTE}), toString(SpanName))`;

/** A 4xx answer is the callee's decision, so it is no failure of the edge; 408 and 429 are. */
export const IS_ERROR = `((StatusCode = 'Error' AND NOT (SpanKind = 'Client' AND ${STATUS} BETWEEN 400 AND 499
  AND ${STATUS} NOT IN (408, 429))) OR ${STATUS} >= 500)`;

export const CELL_KIND = `multiIf(SpanKind = 'Server', 'server', SpanKind = 'Producer', 'producer', SpanKind = 'Consumer', 'consumer',
  SpanKind = 'Client' AND ${DB} != '', 'db', SpanKind = 'Client' AND ${MESSAGING} = '', 'client', '')`;

/** The receiver has marked what is beyond the bound of names (bounds/spans.ts). */
const IS_BEYOND = `Overflow >= ${OVERFLOW.name}`;
export const CELL_SERVICE = `if(Overflow >= ${OVERFLOW.service}, '${OVERFLOW_NAME}', toString(ServiceName))`;

/** Both want CELL_KIND as the column `Kind` beside them. */
export const CELL_OPERATION = `multiIf(Kind != 'server', '', ${IS_BEYOND}, '${OVERFLOW_NAME}', ${OPERATION})`;
export const CELL_PEER = `multiIf(Kind = 'server', '', ${IS_BEYOND}, '${OVERFLOW_NAME}',
  Kind IN ('producer', 'consumer'), if(${DESTINATION} != '', ${DESTINATION}, toString(SpanName)),
  Kind = 'db', if(${attr(SEMCONV.dbNamespace)} != '', ${attr(SEMCONV.dbNamespace)}, ${DB}),
  ${attr(SEMCONV.peerService)} != '', ${attr(SEMCONV.peerService)},
  ${PORT} != '', concat(${ADDRESS}, ':', ${PORT}), ${ADDRESS})`;

/** agents/contract/sketch.ts in SQL: the same bucket for the same duration. */
const SKETCH_INDEX = `if(Duration <= 50000, 0, toUInt8(least(199, floor(log2(Duration / 1000000 / 0.05) * 8))))`;

const TRAFFIC = `CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_traffic_mv TO stormglass_traffic AS
  SELECT toDateTime(Timestamp + toIntervalNanosecond(Duration)) AS Second, ${CELL_KIND} AS Kind,
    ${CELL_SERVICE} AS Service, ${CELL_PEER} AS Peer, ${CELL_OPERATION} AS Operation,
    count() AS Calls, countIf(${IS_ERROR}) AS Errors, countIf(SpanAttributes['${RECEIPT_ATTR.faultId}'] != '') AS Receipts,
    sumMap(map(${SKETCH_INDEX}, toUInt64(1))) AS Durations
  FROM otel_traces WHERE Kind != ''
  GROUP BY Second, Kind, Service, Peer, Operation`;

/** The Collector has a table of this name; each materialized view costs an insert about 6 ms, so here it is a plain one. */
const TRACE_BOUNDS = `CREATE OR REPLACE VIEW otel_traces_trace_id_ts AS
  SELECT TraceId, toDateTime(Start) AS Start, toDateTime(End) AS End FROM stormglass_traces`;

/** Lowest wins: a real root; else, where its parent lies outside of what we get, what came in at a service of ours. */
const ROOT_RANK = `multiIf(ParentSpanId = '', 0, SpanKind = 'Server', 1, 2)`;

const TRACE_SUMMARIES = `CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_traces_mv TO stormglass_traces AS
  SELECT toStartOfMinute(min(Timestamp)) AS Minute, TraceId, min(Timestamp) AS Start,
    max(Timestamp + toIntervalNanosecond(Duration)) AS End, count() AS Spans, countIf(StatusCode = 'Error') AS Errors,
    min((${ROOT_RANK}, Timestamp, toString(ServiceName), ${OPERATION})) AS Root,
    groupUniqArray(toString(ServiceName)) AS Services,
    groupUniqArrayIf(SpanAttributes['${RECEIPT_ATTR.faultId}'], SpanAttributes['${RECEIPT_ATTR.faultId}'] != '') AS FaultIds
  FROM otel_traces GROUP BY TraceId`;

const RECEIPTS = `CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_receipts_mv TO stormglass_receipts AS
  SELECT Timestamp + toIntervalNanosecond(Duration) AS Timestamp, SpanAttributes['${RECEIPT_ATTR.faultId}'] AS FaultId,
    SpanAttributes['${RECEIPT_ATTR.runId}'] AS RunId, SpanAttributes['${RECEIPT_ATTR.faultType}'] AS FaultType,
    ServiceName AS Service, ${OPERATION} AS Operation, TraceId, SpanId,
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
    ...[METRIC.queueEnqueued, METRIC.queueDequeued, METRIC.queueConsumers],
  ],
  `${attr(SEMCONV.messagingSystem, 'Attributes')} AS System, ${attr(SEMCONV.destination, 'Attributes')} AS Queue,
   ${attr(QUEUE_STATE_NAMES, 'Attributes')} AS State`,
);

/** Every derived table's view, to be created after the tables. */
export const VIEW_STATEMENTS: readonly string[] = [
  TRAFFIC,
  TRACE_BOUNDS,
  TRACE_SUMMARIES,
  RECEIPTS,
  EVENTS,
  BREAKER_TRANSITIONS,
  SAGA_EVENTS,
  BREAKER_POINTS,
  QUEUE_POINTS,
];
