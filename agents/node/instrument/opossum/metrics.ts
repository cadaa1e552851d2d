import { type Attributes, metrics } from '@opentelemetry/api';
import { BREAKER_ATTR, BREAKER_STATES, METRIC } from '../../../contract/index.ts';
import { addMetricsSource } from '../../metrics-text.ts';
import type { CallSink, TrackedBreaker } from './tracked.ts';
import { readWindow, thresholdOf } from './window.ts';

/** Boundaries in seconds around the usual call timeouts of 0.5 to 10 s. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 3, 5, 10];

/** Reports all breakers of the process by the names of METRIC; gives back where calls are told. */
export function breakerMetrics(all: Iterable<TrackedBreaker>): CallSink {
  const meter = metrics.getMeter('stormglass.opossum');
  const calls = meter.createCounter(METRIC.breakerCalls, { unit: '{call}' });
  const fallbacks = meter.createCounter(METRIC.breakerFallbacks, { unit: '{call}' });
  const duration = meter.createHistogram(METRIC.breakerCallDuration, {
    unit: 's',
    advice: { explicitBucketBoundaries: SECONDS },
  });
  const state = meter.createObservableUpDownCounter(METRIC.breakerState, { unit: '{breaker}' });
  const ratio = meter.createObservableGauge(METRIC.breakerFailureRatio, { unit: '1' });
  const remaining = meter.createObservableGauge(METRIC.breakerResetRemaining, { unit: 's' });
  meter.addBatchObservableCallback(
    (result) => {
      for (const tracked of all) {
        const self = { ...identity(tracked), ...limits(tracked) };
        for (const each of BREAKER_STATES) {
          result.observe(state, each === tracked.state ? 1 : 0, { ...self, [BREAKER_ATTR.state]: each });
        }
        const failures = readWindow(tracked.breaker).ratio;
        if (failures !== null) result.observe(ratio, failures, self);
        const seconds = tracked.resetRemaining;
        if (seconds !== null) result.observe(remaining, seconds, self);
      }
    },
    [state, ratio, remaining],
  );
  exposeAsText(all);
  return {
    call(tracked, outcome, seconds) {
      const attributes = { ...identity(tracked), [BREAKER_ATTR.outcome]: outcome };
      calls.add(1, attributes);
      if (seconds !== null) duration.record(seconds, attributes);
    },
    fallback: (tracked) => fallbacks.add(1, identity(tracked)),
  };
}

function identity(tracked: TrackedBreaker): Attributes {
  return { [BREAKER_ATTR.name]: tracked.name, 'peer.service': tracked.peer };
}

/** With every sample, so that a reader needs no second source to draw the threshold. */
function limits(tracked: TrackedBreaker): Attributes {
  return {
    [BREAKER_ATTR.threshold]: thresholdOf(tracked.breaker),
    [BREAKER_ATTR.volume]: tracked.breaker.volumeThreshold,
  };
}

function exposeAsText(all: Iterable<TrackedBreaker>): void {
  addMetricsSource((registry, prom) => {
    const state = new prom.Gauge({
      name: 'resilience_circuit_breaker_state',
      help: '1 for the state the breaker is in.',
      labelNames: ['name', 'state'],
      registers: [registry],
    });
    const calls = new prom.Counter({
      name: 'resilience_circuit_breaker_calls_total',
      help: 'Calls by outcome.',
      labelNames: ['name', 'outcome'],
      registers: [registry],
    });
    for (const tracked of all) {
      for (const each of BREAKER_STATES) {
        state.set({ name: tracked.name, state: each }, each === tracked.state ? 1 : 0);
      }
      for (const [outcome, n] of tracked.counts) calls.inc({ name: tracked.name, outcome }, n);
    }
  });
}
