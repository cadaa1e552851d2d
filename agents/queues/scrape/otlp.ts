import type { Sample } from './parse.ts';

/** A sample, or what something rose by since the one before. */
export type Measured = Omit<Sample, 'type'> & { type: Sample['type'] | 'delta' };

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
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  return {
    resourceMetrics: [
      { resource: { attributes }, scopeMetrics: [{ scope: { name: 'stormglass.scrape' }, metrics }] },
    ],
  };
}

const isTimer = ({ type }: Measured) => type === 'histogram' || type === 'summary';
const isCount = (sample: Measured) =>
  sample.type === 'counter' || (isTimer(sample) && /_(sum|count)$/.test(sample.name));

function isKept(sample: Measured): boolean {
  // JSON has no NaN, and a gauge that is none says nothing.
  return Number.isFinite(sample.value) && (!isTimer(sample) || isCount(sample));
}
