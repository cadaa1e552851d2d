CREATE TABLE IF NOT EXISTS otel_traces (
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    Flags UInt32,
    SpanName LowCardinality(String),
    SpanKind LowCardinality(String),
    ServiceName LowCardinality(String),
    ServiceVersion LowCardinality(String) MATERIALIZED ResourceAttributes['service.version'],
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ResourceAttributeTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    ResourceSchemaUrl LowCardinality(String),
    ScopeSchemaUrl LowCardinality(String),
    ScopeName LowCardinality(String),
    ScopeVersion LowCardinality(String),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    SpanAttributeTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    Duration UInt64 CODEC(T64, ZSTD(1)),
    EndsBeforeStart Bool DEFAULT false,
    StatusCode LowCardinality(String),
    StatusMessage String CODEC(ZSTD(1)),
    DroppedAttributesCount UInt32,
    DroppedEventsCount UInt32,
    DroppedLinksCount UInt32,
    `Events.Timestamp` Array(DateTime64(9)),
    `Events.Name` Array(LowCardinality(String)),
    `Events.Attributes` Array(Map(LowCardinality(String), String)),
    `Events.AttributeTypes` Array(Map(LowCardinality(String), LowCardinality(String))),
    `Events.DroppedAttributesCount` Array(UInt32),
    `Links.TraceId` Array(String),
    `Links.SpanId` Array(String),
    `Links.TraceState` Array(String),
    `Links.Attributes` Array(Map(LowCardinality(String), String)),
    `Links.AttributeTypes` Array(Map(LowCardinality(String), LowCardinality(String))),
    `Links.Flags` Array(UInt32),
    `Links.DroppedAttributesCount` Array(UInt32),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_link_trace_id `Links.TraceId` TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1
  ) ENGINE = MergeTree PARTITION BY toDate(Timestamp) ORDER BY (toStartOfMinute(Timestamp), TraceId, Timestamp)
    TTL toDateTime(Timestamp) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864, map_serialization_version = 'with_buckets', map_buckets_strategy = 'constant', max_buckets_in_map = 8,
      map_buckets_min_avg_size = 1;

CREATE TABLE IF NOT EXISTS otel_logs (
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimestampTime DateTime DEFAULT toDateTime(Timestamp),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    TraceFlags UInt8,
    SeverityText LowCardinality(String),
    SeverityNumber UInt8,
    ServiceName LowCardinality(String),
    Body String CODEC(ZSTD(1)),
    BodyType LowCardinality(String),
    ResourceSchemaUrl LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ResourceAttributeTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    ScopeSchemaUrl LowCardinality(String),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion LowCardinality(String),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    LogAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    LogAttributeTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    EventName LowCardinality(String),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_log_attr_key mapKeys(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_log_attr_value mapValues(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1
  ) ENGINE = MergeTree PARTITION BY toDate(TimestampTime) ORDER BY (ServiceName, TimestampTime, Timestamp)
    TTL toDateTime(TimestampTime) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864, map_serialization_version = 'with_buckets', map_buckets_strategy = 'constant', max_buckets_in_map = 8,
      map_buckets_min_avg_size = 1;

CREATE TABLE IF NOT EXISTS otel_metrics_gauge (
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String),
    MetricName LowCardinality(String),
    MetricDescription LowCardinality(String),
    MetricUnit LowCardinality(String),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Flags UInt32, Value Float64, 
    `Exemplars.FilteredAttributes` Array(Map(LowCardinality(String), String)),
    `Exemplars.TimeUnix` Array(DateTime64(9)),
    `Exemplars.Value` Array(Float64),
    `Exemplars.SpanId` Array(String),
    `Exemplars.TraceId` Array(String))
    ENGINE = MergeTree PARTITION BY toDate(TimeUnix) ORDER BY (ServiceName, MetricName, toDateTime(TimeUnix))
    TTL toDateTime(TimeUnix) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864;

CREATE TABLE IF NOT EXISTS otel_metrics_sum (
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String),
    MetricName LowCardinality(String),
    MetricDescription LowCardinality(String),
    MetricUnit LowCardinality(String),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Flags UInt32, Value Float64, 
    `Exemplars.FilteredAttributes` Array(Map(LowCardinality(String), String)),
    `Exemplars.TimeUnix` Array(DateTime64(9)),
    `Exemplars.Value` Array(Float64),
    `Exemplars.SpanId` Array(String),
    `Exemplars.TraceId` Array(String), AggregationTemporality Int32, IsMonotonic Boolean)
    ENGINE = MergeTree PARTITION BY toDate(TimeUnix) ORDER BY (ServiceName, MetricName, toDateTime(TimeUnix))
    TTL toDateTime(TimeUnix) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864;

CREATE TABLE IF NOT EXISTS otel_metrics_histogram (
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String),
    MetricName LowCardinality(String),
    MetricDescription LowCardinality(String),
    MetricUnit LowCardinality(String),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Flags UInt32, Count UInt64, Sum Float64, Min Float64, Max Float64, AggregationTemporality Int32, BucketCounts Array(UInt64), ExplicitBounds Array(Float64), 
    `Exemplars.FilteredAttributes` Array(Map(LowCardinality(String), String)),
    `Exemplars.TimeUnix` Array(DateTime64(9)),
    `Exemplars.Value` Array(Float64),
    `Exemplars.SpanId` Array(String),
    `Exemplars.TraceId` Array(String))
    ENGINE = MergeTree PARTITION BY toDate(TimeUnix) ORDER BY (ServiceName, MetricName, toDateTime(TimeUnix))
    TTL toDateTime(TimeUnix) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864;

CREATE TABLE IF NOT EXISTS otel_metrics_exponential_histogram (
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String),
    MetricName LowCardinality(String),
    MetricDescription LowCardinality(String),
    MetricUnit LowCardinality(String),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Flags UInt32, Count UInt64, Sum Float64, Min Float64, Max Float64, AggregationTemporality Int32, Scale Int32, ZeroCount UInt64, PositiveOffset Int32,
    PositiveBucketCounts Array(UInt64), NegativeOffset Int32, NegativeBucketCounts Array(UInt64), 
    `Exemplars.FilteredAttributes` Array(Map(LowCardinality(String), String)),
    `Exemplars.TimeUnix` Array(DateTime64(9)),
    `Exemplars.Value` Array(Float64),
    `Exemplars.SpanId` Array(String),
    `Exemplars.TraceId` Array(String))
    ENGINE = MergeTree PARTITION BY toDate(TimeUnix) ORDER BY (ServiceName, MetricName, toDateTime(TimeUnix))
    TTL toDateTime(TimeUnix) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864;

CREATE TABLE IF NOT EXISTS otel_metrics_summary (
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String),
    MetricName LowCardinality(String),
    MetricDescription LowCardinality(String),
    MetricUnit LowCardinality(String),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Flags UInt32, Count UInt64, Sum Float64, `ValueAtQuantiles.Quantile` Array(Float64), `ValueAtQuantiles.Value` Array(Float64))
    ENGINE = MergeTree PARTITION BY toDate(TimeUnix) ORDER BY (ServiceName, MetricName, toDateTime(TimeUnix))
    TTL toDateTime(TimeUnix) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864;

CREATE TABLE IF NOT EXISTS stormglass_traffic (
      Second DateTime, Kind LowCardinality(String), Service LowCardinality(String),
      Peer LowCardinality(String), Operation LowCardinality(String),
      Calls SimpleAggregateFunction(sum, UInt64),
      Errors SimpleAggregateFunction(sum, UInt64),
      Receipts SimpleAggregateFunction(sum, UInt64),
      Durations SimpleAggregateFunction(sumMap, Map(UInt8, UInt64))
    ) ENGINE = AggregatingMergeTree PARTITION BY toDate(Second) ORDER BY (Second, Kind, Service, Peer, Operation)
    TTL toDateTime(Second) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864;

CREATE TABLE IF NOT EXISTS stormglass_traces (
      Minute DateTime, TraceId String CODEC(ZSTD(1)),
      Start SimpleAggregateFunction(min, DateTime64(9)),
      End SimpleAggregateFunction(max, DateTime64(9)),
      Spans SimpleAggregateFunction(sum, UInt64),
      Errors SimpleAggregateFunction(sum, UInt64),
      Root SimpleAggregateFunction(min, Tuple(Rank UInt8, Start DateTime64(9), Service String, Name String)),
      Services SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
      FaultIds SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
      INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
    ) ENGINE = AggregatingMergeTree PARTITION BY toDate(Minute) ORDER BY (Minute, TraceId)
    TTL toDateTime(Minute) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864;

CREATE TABLE IF NOT EXISTS stormglass_receipts (
      Timestamp DateTime64(9), FaultId String, RunId String, FaultType LowCardinality(String),
      Service LowCardinality(String), Operation LowCardinality(String), TraceId String, SpanId String,
      InjectedSeconds Float64
    ) ENGINE = MergeTree PARTITION BY toDate(Timestamp) ORDER BY (Timestamp)
    TTL toDateTime(Timestamp) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864;

CREATE TABLE IF NOT EXISTS stormglass_events (
      Timestamp DateTime64(9), EventName LowCardinality(String), Service LowCardinality(String),
      Instance LowCardinality(String), TraceId String, SpanId String, Attributes Map(LowCardinality(String), String),
      INDEX idx_values mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1
    ) ENGINE = MergeTree PARTITION BY toDate(Timestamp) ORDER BY (EventName, Timestamp)
    TTL toDateTime(Timestamp) + toIntervalDay(7)
    SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
      min_bytes_for_wide_part = 67108864;

CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_traffic_mv TO stormglass_traffic AS
  SELECT toDateTime(Timestamp + toIntervalNanosecond(Duration)) AS Second, multiIf(SpanKind = 'Server', 'server', SpanKind = 'Producer', 'producer', SpanKind = 'Consumer', 'consumer',
  SpanKind = 'Client' AND if(SpanAttributes['db.system.name'] != '', SpanAttributes['db.system.name'], SpanAttributes['db.system']) != '', 'db', SpanKind = 'Client' AND SpanAttributes['messaging.system'] = '', 'client', '') AS Kind,
    ServiceName AS Service, multiIf(Kind = 'server', '',
  Kind IN ('producer', 'consumer'), if(if(SpanAttributes['messaging.destination.name'] != '', SpanAttributes['messaging.destination.name'], SpanAttributes['messaging.destination']) != '', if(SpanAttributes['messaging.destination.name'] != '', SpanAttributes['messaging.destination.name'], SpanAttributes['messaging.destination']), toString(SpanName)),
  Kind = 'db', if(if(SpanAttributes['db.namespace'] != '', SpanAttributes['db.namespace'], SpanAttributes['db.name']) != '', if(SpanAttributes['db.namespace'] != '', SpanAttributes['db.namespace'], SpanAttributes['db.name']), if(SpanAttributes['db.system.name'] != '', SpanAttributes['db.system.name'], SpanAttributes['db.system'])),
  if(SpanAttributes['peer.service'] != '', SpanAttributes['peer.service'], SpanAttributes['service.peer.name']) != '', if(SpanAttributes['peer.service'] != '', SpanAttributes['peer.service'], SpanAttributes['service.peer.name']),
  if(SpanAttributes['server.port'] != '', SpanAttributes['server.port'], SpanAttributes['net.peer.port']) != '', concat(if(SpanAttributes['server.address'] != '', SpanAttributes['server.address'], if(SpanAttributes['net.peer.name'] != '', SpanAttributes['net.peer.name'], SpanAttributes['http.host'])), ':', if(SpanAttributes['server.port'] != '', SpanAttributes['server.port'], SpanAttributes['net.peer.port'])), if(SpanAttributes['server.address'] != '', SpanAttributes['server.address'], if(SpanAttributes['net.peer.name'] != '', SpanAttributes['net.peer.name'], SpanAttributes['http.host']))) AS Peer, if(Kind = 'server', if(SpanAttributes['http.route'] != '' AND if(SpanAttributes['http.request.method'] != '', SpanAttributes['http.request.method'], SpanAttributes['http.method']) != '', concat(if(SpanAttributes['http.request.method'] != '', SpanAttributes['http.request.method'], SpanAttributes['http.method']), ' ', SpanAttributes['http.route']), toString(SpanName)), '') AS Operation,
    count() AS Calls, countIf(((StatusCode = 'Error' AND NOT (SpanKind = 'Client' AND toUInt16OrZero(if(SpanAttributes['http.response.status_code'] != '', SpanAttributes['http.response.status_code'], SpanAttributes['http.status_code'])) BETWEEN 400 AND 499
  AND toUInt16OrZero(if(SpanAttributes['http.response.status_code'] != '', SpanAttributes['http.response.status_code'], SpanAttributes['http.status_code'])) NOT IN (408, 429))) OR toUInt16OrZero(if(SpanAttributes['http.response.status_code'] != '', SpanAttributes['http.response.status_code'], SpanAttributes['http.status_code'])) >= 500)) AS Errors, countIf(SpanAttributes['chaos.fault.id'] != '') AS Receipts,
    sumMap(map(if(Duration <= 50000, 0, toUInt8(least(199, floor(log2(Duration / 1000000 / 0.05) * 8)))), toUInt64(1))) AS Durations
  FROM otel_traces WHERE Kind != ''
  GROUP BY Second, Kind, Service, Peer, Operation;

CREATE OR REPLACE VIEW otel_traces_trace_id_ts AS
  SELECT TraceId, toDateTime(Start) AS Start, toDateTime(End) AS End FROM stormglass_traces;

CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_traces_mv TO stormglass_traces AS
  SELECT toStartOfMinute(min(Timestamp)) AS Minute, TraceId, min(Timestamp) AS Start,
    max(Timestamp + toIntervalNanosecond(Duration)) AS End, count() AS Spans, countIf(StatusCode = 'Error') AS Errors,
    min((multiIf(ParentSpanId = '', 0, SpanKind = 'Server', 1, 2), Timestamp, toString(ServiceName), if(SpanAttributes['http.route'] != '' AND if(SpanAttributes['http.request.method'] != '', SpanAttributes['http.request.method'], SpanAttributes['http.method']) != '', concat(if(SpanAttributes['http.request.method'] != '', SpanAttributes['http.request.method'], SpanAttributes['http.method']), ' ', SpanAttributes['http.route']), toString(SpanName)))) AS Root,
    groupUniqArray(toString(ServiceName)) AS Services,
    groupUniqArrayIf(SpanAttributes['chaos.fault.id'], SpanAttributes['chaos.fault.id'] != '') AS FaultIds
  FROM otel_traces GROUP BY TraceId;

CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_receipts_mv TO stormglass_receipts AS
  SELECT Timestamp + toIntervalNanosecond(Duration) AS Timestamp, SpanAttributes['chaos.fault.id'] AS FaultId,
    SpanAttributes['chaos.run.id'] AS RunId, SpanAttributes['chaos.fault.type'] AS FaultType,
    ServiceName AS Service, if(SpanAttributes['http.route'] != '' AND if(SpanAttributes['http.request.method'] != '', SpanAttributes['http.request.method'], SpanAttributes['http.method']) != '', concat(if(SpanAttributes['http.request.method'] != '', SpanAttributes['http.request.method'], SpanAttributes['http.method']), ' ', SpanAttributes['http.route']), toString(SpanName)) AS Operation, TraceId, SpanId,
    toFloat64OrZero(SpanAttributes['chaos.injected.duration']) AS InjectedSeconds
  FROM otel_traces WHERE SpanAttributes['chaos.fault.id'] != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS stormglass_events_mv TO stormglass_events AS
  SELECT Timestamp, EventName, ServiceName AS Service, ResourceAttributes['service.instance.id'] AS Instance,
    TraceId, SpanId, LogAttributes AS Attributes
  FROM otel_logs WHERE EventName != '';

CREATE OR REPLACE VIEW stormglass_breaker_transitions AS
  SELECT Timestamp, Service, Instance, Attributes['resilience.circuit_breaker.name'] AS Name, if(Attributes['peer.service'] != '', Attributes['peer.service'], Attributes['service.peer.name']) AS Peer,
    Attributes['resilience.circuit_breaker.state.from'] AS FromState, Attributes['resilience.circuit_breaker.state.to'] AS ToState, Attributes['resilience.circuit_breaker.reason'] AS Reason,
    toInt64OrZero(Attributes['resilience.circuit_breaker.window.calls']) AS WindowCalls,
    toInt64OrZero(Attributes['resilience.circuit_breaker.window.failures']) AS WindowFailures,
    toInt64OrZero(Attributes['resilience.circuit_breaker.window.timeouts']) AS WindowTimeouts,
    toFloat64OrZero(Attributes['resilience.circuit_breaker.window.seconds']) AS WindowSeconds,
    toFloat64OrZero(Attributes['resilience.circuit_breaker.threshold']) AS Threshold, toInt64OrZero(Attributes['resilience.circuit_breaker.volume']) AS Volume,
    toFloat64OrZero(Attributes['resilience.circuit_breaker.reset.timeout']) AS ResetSeconds, TraceId
  FROM stormglass_events WHERE startsWith(EventName, 'circuit_breaker.');

CREATE OR REPLACE VIEW stormglass_saga_events AS
  SELECT Timestamp, substring(EventName, 6) AS Event, Attributes['saga.id'] AS SagaId, Attributes['saga.type'] AS Type,
    Attributes['saga.mode'] AS Mode, Service, Attributes['order.id'] AS OrderId, Attributes['saga.step'] AS Step,
    Attributes['saga.step.kind'] AS Kind, toInt64OrZero(Attributes['saga.attempt']) AS Attempt,
    toInt64OrZero(Attributes['saga.epoch']) AS Epoch, Attributes['saga.owner'] AS Owner, Attributes['idempotency.key'] AS Key,
    Attributes['saga.outcome'] AS Outcome, Attributes['saga.detail'] AS Detail, toFloat64OrNull(Attributes['order.amount']) AS Amount,
    TraceId
  FROM stormglass_events WHERE startsWith(EventName, 'saga.');

CREATE OR REPLACE VIEW stormglass_breaker_points AS SELECT TimeUnix, MetricName, Value, ServiceName AS Service,
      ResourceAttributes['service.instance.id'] AS Instance, Attributes['resilience.circuit_breaker.name'] AS Name, if(Attributes['peer.service'] != '', Attributes['peer.service'], Attributes['service.peer.name']) AS Peer, Attributes['resilience.circuit_breaker.state'] AS State,
   Attributes['resilience.circuit_breaker.outcome'] AS Outcome, toFloat64OrNull(Attributes['resilience.circuit_breaker.threshold']) AS Threshold,
   toFloat64OrNull(Attributes['resilience.circuit_breaker.volume']) AS Volume FROM otel_metrics_sum WHERE MetricName IN ('resilience.circuit_breaker.state', 'resilience.circuit_breaker.calls', 'resilience.circuit_breaker.failure.ratio', 'resilience.circuit_breaker.reset.remaining') UNION ALL SELECT TimeUnix, MetricName, Value, ServiceName AS Service,
      ResourceAttributes['service.instance.id'] AS Instance, Attributes['resilience.circuit_breaker.name'] AS Name, if(Attributes['peer.service'] != '', Attributes['peer.service'], Attributes['service.peer.name']) AS Peer, Attributes['resilience.circuit_breaker.state'] AS State,
   Attributes['resilience.circuit_breaker.outcome'] AS Outcome, toFloat64OrNull(Attributes['resilience.circuit_breaker.threshold']) AS Threshold,
   toFloat64OrNull(Attributes['resilience.circuit_breaker.volume']) AS Volume FROM otel_metrics_gauge WHERE MetricName IN ('resilience.circuit_breaker.state', 'resilience.circuit_breaker.calls', 'resilience.circuit_breaker.failure.ratio', 'resilience.circuit_breaker.reset.remaining');

CREATE OR REPLACE VIEW stormglass_queue_points AS SELECT TimeUnix, MetricName, Value, ServiceName AS Service,
      ResourceAttributes['service.instance.id'] AS Instance, Attributes['messaging.system'] AS System, if(Attributes['messaging.destination.name'] != '', Attributes['messaging.destination.name'], Attributes['messaging.destination']) AS Queue,
   if(Attributes['messaging.queue.state'] != '', Attributes['messaging.queue.state'], if(Attributes['messaging.queue.message.state'] != '', Attributes['messaging.queue.message.state'], Attributes['state'])) AS State FROM otel_metrics_sum WHERE MetricName IN ('messaging.queue.message.count', 'messaging.queue.oldest_message.age', 'messaging.queue.redeliveries', 'messaging.queue.enqueued', 'messaging.queue.dequeued', 'messaging.queue.consumers') UNION ALL SELECT TimeUnix, MetricName, Value, ServiceName AS Service,
      ResourceAttributes['service.instance.id'] AS Instance, Attributes['messaging.system'] AS System, if(Attributes['messaging.destination.name'] != '', Attributes['messaging.destination.name'], Attributes['messaging.destination']) AS Queue,
   if(Attributes['messaging.queue.state'] != '', Attributes['messaging.queue.state'], if(Attributes['messaging.queue.message.state'] != '', Attributes['messaging.queue.message.state'], Attributes['state'])) AS State FROM otel_metrics_gauge WHERE MetricName IN ('messaging.queue.message.count', 'messaging.queue.oldest_message.age', 'messaging.queue.redeliveries', 'messaging.queue.enqueued', 'messaging.queue.dequeued', 'messaging.queue.consumers');
