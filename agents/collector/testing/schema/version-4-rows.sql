INSERT INTO otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, TraceState, Flags, SpanName, SpanKind, ServiceName,
  ResourceAttributes, ResourceAttributeTypes, ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, SpanAttributes,
  SpanAttributeTypes, Duration, EndsBeforeStart, StatusCode, StatusMessage, DroppedAttributesCount,
  `Events.Timestamp`, `Events.Name`, `Events.Attributes`, `Events.AttributeTypes`, `Events.DroppedAttributesCount`,
  `Links.TraceId`, `Links.SpanId`, `Links.TraceState`, `Links.Attributes`, `Links.AttributeTypes`, `Links.Flags`,
  `Links.DroppedAttributesCount`) SELECT
  now64(9) - toIntervalMinute(5), '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', '', 'a=b', 257, 'POST /orders', 'Server', 'orders',
  map('service.name', 'orders', 'service.instance.id', 'orders-1', 'process.pid', '7'), map('process.pid', 'i'), 'https://example.org/1', 'lib', '1.0',
  map('scope.key', 'x'), map('http.request.method', 'POST', 'http.route', '/orders', 'http.response.status_code', '500', 'cart.size', '3'),
  map('http.response.status_code', 'i', 'cart.size', 'i'), 42000000, false, 'Error', 'no stock', 2,
  [now64(9) - toIntervalMinute(5)], ['exception'], [map('exception.type', 'OutOfStock')], [map()], [0],
  ['11111111111111111111111111111111'], ['2222222222222222'], [''], [map('why', 'retry')], [map()], [1], [0];

INSERT INTO otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes, SpanAttributes,
  SpanAttributeTypes, Duration, StatusCode) SELECT
  now64(9) - toIntervalMinute(5) + toIntervalMillisecond(4), '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203332', 'b7ad6b7169203331', 'POST', 'Client', 'orders',
  map('service.name', 'orders', 'service.instance.id', 'orders-1'),
  map('http.request.method', 'POST', 'peer.service', 'inventory', 'chaos.fault.id', 'fault-1', 'chaos.run.id', 'run-1', 'chaos.fault.type', 'latency', 'chaos.injected.duration', '0.02'),
  map('chaos.injected.duration', 'd'), 30000000, 'Unset';

INSERT INTO otel_logs (Timestamp, TraceId, SpanId, SeverityText, SeverityNumber, ServiceName, Body, BodyType, ResourceAttributes,
  LogAttributes, LogAttributeTypes, EventName) SELECT
  now64(9) - toIntervalMinute(5), '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203332', 'WARN', 13, 'orders', 'breaker opened', '',
  map('service.name', 'orders', 'service.instance.id', 'orders-1'),
  map('resilience.circuit_breaker.name', 'inventory', 'resilience.circuit_breaker.state.from', 'closed', 'resilience.circuit_breaker.state.to', 'open'),
  map(), 'circuit_breaker.opened';

INSERT INTO otel_metrics_gauge (ResourceAttributes, ServiceName, MetricName, Attributes, StartTimeUnix, TimeUnix, Value) SELECT
  map('service.name', 'orders', 'service.instance.id', 'orders-1'), 'orders', 'messaging.queue.message.count',
  map('messaging.system', 'bullmq', 'messaging.destination.name', 'mail', 'state', 'ready'), now64(9) - toIntervalMinute(6), now64(9) - toIntervalMinute(5), 12;

INSERT INTO otel_metrics_sum (ResourceAttributes, ServiceName, MetricName, Attributes, StartTimeUnix, TimeUnix, Value, AggregationTemporality, IsMonotonic,
  `Exemplars.FilteredAttributes`, `Exemplars.TimeUnix`, `Exemplars.Value`, `Exemplars.SpanId`, `Exemplars.TraceId`) SELECT
  map('service.name', 'orders'), 'orders', 'orders.placed', map('kind', 'web'), now64(9) - toIntervalMinute(6), now64(9) - toIntervalMinute(5), 5, 2, true,
  [map('user', 'u1')], [now64(9) - toIntervalMinute(5)], [1], ['b7ad6b7169203331'], ['0af7651916cd43dd8448eb211c80319c'];

INSERT INTO otel_metrics_histogram (ServiceName, MetricName, StartTimeUnix, TimeUnix, Count, Sum, Min, Max, AggregationTemporality, BucketCounts, ExplicitBounds) SELECT
  'orders', 'http.server.request.duration', now64(9) - toIntervalMinute(6), now64(9) - toIntervalMinute(5), 3, 0.6, 0.1, 0.3, 2, [1, 2], [0.15];

INSERT INTO otel_metrics_exponential_histogram (ServiceName, MetricName, StartTimeUnix, TimeUnix, Count, Sum, Min, Max, AggregationTemporality, Scale, ZeroCount,
  PositiveOffset, PositiveBucketCounts, NegativeOffset, NegativeBucketCounts) SELECT
  'orders', 'job.size', now64(9) - toIntervalMinute(6), now64(9) - toIntervalMinute(5), 3, 6, 1, 3, 1, 2, 0, 1, [1, 2], 0, [];

INSERT INTO otel_metrics_summary (ServiceName, MetricName, StartTimeUnix, TimeUnix, Count, Sum, `ValueAtQuantiles.Quantile`, `ValueAtQuantiles.Value`) SELECT
  'orders', 'rpc.size', now64(9) - toIntervalMinute(6), now64(9) - toIntervalMinute(5), 2, 30, [0.5, 0.99], [10, 20];
