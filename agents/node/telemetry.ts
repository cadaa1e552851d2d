import {
  context,
  createNoopMeter,
  type Meter,
  type MeterProvider as MeterProviderApi,
  propagation,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  CompositePropagator,
  setGlobalErrorHandler,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { AggregationTemporalityPreference } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { AggregationType, PeriodicExportingMetricReader, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type { Settings } from './settings.ts';

/** Span end to export. Live means that a person sees it: the whole path has 250 ms, and each export costs a request. */
const SPAN_DELAY_MS = 75;
/** Events are promised within 100 ms. */
const LOG_DELAY_MS = 75;
const METRIC_EVERY_MS = 1_000;
/** About 10 s of a service at 800 spans/s while the collector restarts; beyond it spans are dropped and counted. */
const MAX_QUEUE = 8_192;
const EXPORT_TIMEOUT_MS = 3_000;

export interface Telemetry {
  /** Spans, log records and exports lost so far, by kind. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Sends what is buffered; resolves after `limitMs` at the latest, whether or not it was received. */
  flush(limitMs: number): Promise<void>;
}

/**
 * Starts `@opentelemetry/sdk-node` with every part given, so that nothing is guessed from the environment. Without a
 * collector only context and propagation are set up: a service in the middle must not break somebody else's trace.
 */
export function startTelemetry(settings: Settings): Telemetry {
  const dropped: Record<string, number> = {};
  // Exporters fail whenever the collector restarts. That is counted, and is not the service's problem.
  setGlobalErrorHandler(() => {
    dropped.exports = (dropped.exports ?? 0) + 1;
  });
  if (settings.otlp === null) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(propagator());
    return { dropped, flush: async () => {} };
  }
  const target = (path: string): Target => ({
    url: `${settings.otlp}${path}`,
    headers: settings.otlpHeaders,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const batch = { maxQueueSize: MAX_QUEUE, exportTimeoutMillis: EXPORT_TIMEOUT_MS };
  const spans = new BatchSpanProcessor({
    ...batch,
    exporter: new OTLPTraceExporter(target('/v1/traces')),
    scheduledDelayMillis: SPAN_DELAY_MS,
    selfObsMeterProvider: countLosses(dropped, 'spans'),
  });
  const records = new BatchLogRecordProcessor({
    ...batch,
    exporter: new OTLPLogExporter(target('/v1/logs')),
    scheduledDelayMillis: LOG_DELAY_MS,
    selfObsMeterProvider: countLosses(dropped, 'logs'),
  });
  const reader = metricReader(target('/v1/metrics'));
  new NodeSDK({
    resource: makeResource(settings),
    autoDetectResources: false,
    contextManager: new AsyncLocalStorageContextManager(),
    textMapPropagator: propagator(),
    spanProcessors: [spans],
    logRecordProcessors: [records],
    metricReaders: [reader],
    views: [OFFICIAL_POOLS],
    instrumentations: [],
  }).start();
  return { dropped, flush: (limitMs) => bounded([spans, records, reader], limitMs) };
}

/** See instrument/pg-pool-metrics.ts, which reports the same better. */
const OFFICIAL_POOLS: ViewOptions = {
  meterName: '@opentelemetry/instrumentation-pg',
  instrumentName: 'db.client.connection.*',
  aggregation: { type: AggregationType.DROP },
};

interface Target {
  url: string;
  headers: Record<string, string>;
  timeoutMillis: number;
}

function propagator(): CompositePropagator {
  return new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  });
}

function metricReader(target: Target): PeriodicExportingMetricReader {
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({
      ...target,
      temporalityPreference: AggregationTemporalityPreference.DELTA,
    }),
    exportIntervalMillis: METRIC_EVERY_MS,
    exportTimeoutMillis: METRIC_EVERY_MS,
  });
}

function makeResource(settings: Settings) {
  const own = resourceFromAttributes({
    'service.name': settings.service,
    'service.instance.id': settings.instance,
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.version,
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

async function bounded(providers: { forceFlush(): Promise<unknown> }[], limitMs: number): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, limitMs);
  await Promise.race([Promise.allSettled(providers.map((p) => p.forceFlush())), limit.promise]);
  clearTimeout(timer);
}

/** The batch processors tell their losses only to a meter; this one listens for exactly that. */
function countLosses(dropped: Record<string, number>, kind: string): MeterProviderApi {
  const meter: Meter = Object.create(createNoopMeter(), {
    createCounter: {
      value: () => ({
        add(n: number, attributes?: Record<string, unknown>) {
          if (attributes?.['error.type'] !== undefined) dropped[kind] = (dropped[kind] ?? 0) + n;
        },
      }),
    },
  });
  return { getMeter: () => meter };
}
