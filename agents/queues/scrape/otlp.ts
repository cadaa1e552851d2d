import type { Sample } from './parse.ts';

const CUMULATIVE = 2;

/**
 * Samples as an OTLP metrics request in JSON: counters, and the sums and counts of timers, as sums since the start; the rest
 * as gauges. Buckets and quantiles are left out: without their histogram they mean nothing.
 */
export function toOtlp(service: string, samples: readonly Sample[], nowMs: number): object {
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
    const counts = all[0] !== undefined && isCount(all[0]);
    return counts
      ? { name, sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } }
      : { name, gauge: { dataPoints } };
  });
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  return {
    resourceMetrics: [
      { resource: { attributes }, scopeMetrics: [{ scope: { name: 'stormglass.scrape' }, metrics }] },
    ],
  };
}

const isTimer = ({ type }: Sample) => type === 'histogram' || type === 'summary';
const isCount = (sample: Sample) =>
  sample.type === 'counter' || (isTimer(sample) && /_(sum|count)$/.test(sample.name));

function isKept(sample: Sample): boolean {
  // JSON has no NaN, and a gauge that is none says nothing.
  return Number.isFinite(sample.value) && (!isTimer(sample) || isCount(sample));
}
