import { BREAKER_ATTR, BREAKER_EVENT } from '../../contract/telemetry.ts';
import type { Move } from './hystrix.ts';
import type { Measured } from './parse.ts';

const DELTA = 1;
const CUMULATIVE = 2;

/**
 * Samples as an OTLP metrics request in JSON: counters, and the sums and counts of timers, as sums since the start; the rest
 * as gauges. Buckets and quantiles are left out: without their histogram they mean nothing.
 */
export function toOtlp(service: string, samples: readonly Measured[], nowMs: number): object {
  const byName = Map.groupBy(samples.filter(isKept), (sample) => sample.name);
  const metrics = [...byName].map(([name, all]) => {
    const dataPoints = all.map((sample) => ({
      timeUnixNano: `${Math.floor(sample.at ?? nowMs)}000000`,
      asDouble: sample.value,
      attributes: Object.entries(sample.labels).map(([key, value]) => ({
        key,
        value: { stringValue: value },
      })),
    }));
    const [first] = all;
    if (first === undefined || !(isCount(first) || first.type === 'delta'))
      return { name, gauge: { dataPoints } };
    const aggregationTemporality = first.type === 'delta' ? DELTA : CUMULATIVE;
    return { name, sum: { dataPoints, aggregationTemporality, isMonotonic: true } };
  });
  return { resourceMetrics: [{ resource: resourceOf(service), scopeMetrics: [{ scope: SCOPE, metrics }] }] };
}

/** Moves of breakers as an OTLP logs request in JSON. */
export function movesToOtlp(service: string, moves: readonly Move[], nowMs: number): object {
  const at = `${Math.floor(nowMs)}000000`;
  const logRecords = moves.map(({ name, from, to }) => ({
    ...{ timeUnixNano: at, observedTimeUnixNano: at, eventName: BREAKER_EVENT[to] },
    ...{ severityNumber: 9, severityText: 'INFO', body: { stringValue: `${name}: ${from} -> ${to}` } },
    attributes: [
      [BREAKER_ATTR.name, name],
      [BREAKER_ATTR.from, from],
      [BREAKER_ATTR.to, to],
      [BREAKER_ATTR.reason, 'observed'],
    ].map(([key, value]) => ({ key, value: { stringValue: value } })),
  }));
  return { resourceLogs: [{ resource: resourceOf(service), scopeLogs: [{ scope: SCOPE, logRecords }] }] };
}

const SCOPE = { name: 'stormglass.scrape' };
const resourceOf = (service: string) => ({
  attributes: [{ key: 'service.name', value: { stringValue: service } }],
});

const isTimer = ({ type }: Measured) => type === 'histogram' || type === 'summary';
const isCount = (sample: Measured) =>
  sample.type === 'counter' || (isTimer(sample) && /_(sum|count)$/.test(sample.name));

function isKept(sample: Measured): boolean {
  // JSON has no NaN, and a gauge that is none says nothing.
  return Number.isFinite(sample.value) && (!isTimer(sample) || isCount(sample));
}
