import type { QueueSample } from '@stormglass/agents/contract';
import type { Figure, FigurePoint, Recovery } from '../contract/index.ts';
import type { QueueBand } from './conditions.ts';
import { known, unknown, withPoints } from './figure.ts';
import { clockTime } from './intervals.ts';

const PEAK = 'largest number of ready messages from t0 to t4';
const DRAIN = 'queue back at its baseline - max(peak, t3)';
const SLOPE =
  'least squares of ready messages over time, from max(peak, t3) until the queue is at its baseline';
const PREDICTED = '(ready at max(peak, t3) - baseline) / drain slope';

type QueueFigures = Pick<Recovery, 'queuePeak' | 'drainMs' | 'drainSlope' | 'drainPredicted'>;

interface Peak {
  band: QueueBand;
  sample: QueueSample;
}

function highest(bands: QueueBand[], from: number, to: number): Peak | null {
  let peak: Peak | null = null;
  for (const band of bands) {
    for (const sample of band.samples) {
      if (sample.at < from || sample.at > to) continue;
      if (peak === null || sample.ready > peak.sample.ready) peak = { band, sample };
    }
  }
  return peak;
}

/** Peak of the fullest queue, and how it drained once nothing held it up any more. */
export function queueFigures(
  bands: QueueBand[],
  range: { from: number; to: number },
  t3: number | null,
): QueueFigures {
  const peak = highest(bands, range.from, range.to);
  if (peak === null) {
    const why = 'no queue sample in that time';
    return { queuePeak: unknown('messages', PEAK, why), ...notDrained(why) };
  }
  const { band, sample } = peak;
  const where = `${sample.ready} in the queue ${band.queue} at ${clockTime(sample.at)} UTC`;
  const inRange = band.samples.filter(({ at }) => at >= range.from && at <= range.to);
  const queuePeak = withPoints(known(sample.ready, 'messages', PEAK, where), inRange.map(pointOf));
  if (sample.ready <= band.limit) {
    const why = `no queue rose above its baseline (${band.queue}: at most ${band.limit} ready)`;
    return { queuePeak, ...notDrained(why) };
  }
  if (t3 === null) return { queuePeak, ...notDrained('the fault is not cleared yet') };
  return { queuePeak, ...drain(peak, Math.max(sample.at, t3), where) };
}

const notDrained = (why: string): Omit<QueueFigures, 'queuePeak'> => ({
  drainMs: unknown('ms', DRAIN, why),
  drainSlope: unknown('messages/s', SLOPE, why),
  drainPredicted: unknown('ms', PREDICTED, why),
});

function drain({ band, sample: peak }: Peak, from: number, where: string): Omit<QueueFigures, 'queuePeak'> {
  const drained = band.samples.find((next) => next.at > peak.at && next.ready <= band.limit);
  const start = band.samples.findLast((one) => one.at <= from) ?? peak;
  const draining = [
    { ...start, at: from },
    ...band.samples.filter((one) => one.at > from && one.at <= (drained?.at ?? Number.POSITIVE_INFINITY)),
  ];
  const slope = slopeOf(draining, band.queue);
  const fall = slope.value === null || slope.value >= 0 ? null : -slope.value;
  const still = `${band.queue}: ${draining.at(-1)?.ready ?? 0} still ready`;
  const predicted = prediction(start.ready - band.limit, fall, slope.inputs);
  if (drained === undefined) {
    const eta = fall === null ? 'not draining yet' : `about ${left(draining, band.limit, fall)} s to go`;
    const drainMs = unknown('ms', DRAIN, `${still}, ${eta}`);
    return { drainMs, drainSlope: slope, drainPredicted: predicted };
  }
  const inputs = `${where}; at most ${band.limit} ready again at ${clockTime(drained.at)} UTC`;
  const drainMs = known(Math.max(0, drained.at - from), 'ms', DRAIN, inputs);
  return {
    drainMs: withPoints(drainMs, draining.map(pointOf)),
    drainSlope: slope,
    drainPredicted: predicted,
  };
}

/** Seconds until the baseline is reached at this pace. */
function left(draining: QueueSample[], limit: number, fall: number): string {
  return (Math.max(0, (draining.at(-1)?.ready ?? 0) - limit) / fall).toFixed(0);
}

function prediction(above: number, fall: number | null, slope: string): Figure {
  if (above <= 0) return known(0, 'ms', PREDICTED, 'at its baseline already');
  if (fall === null) return unknown('ms', PREDICTED, `it does not drain: ${slope}`);
  const inputs = `${above} above the baseline, ${fall.toFixed(2)} less each second`;
  return known((above / fall) * 1000, 'ms', PREDICTED, inputs);
}

/** Messages a second, below zero while it drains. */
function slopeOf(samples: QueueSample[], queue: string): Figure {
  const n = samples.length;
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at === first.at) {
    return unknown('messages/s', SLOPE, `only one sample of ${queue} so far`);
  }
  const meanAt = samples.reduce((sum, { at }) => sum + (at - first.at), 0) / n;
  const meanReady = samples.reduce((sum, { ready }) => sum + ready, 0) / n;
  let together = 0;
  let alone = 0;
  for (const { at, ready } of samples) {
    const x = at - first.at - meanAt;
    together += x * (ready - meanReady);
    alone += x * x;
  }
  const inputs = `${n} samples of ${queue}, ${first.ready} to ${last.ready} ready in ${last.at - first.at} ms`;
  return withPoints(known((together / alone) * 1000, 'messages/s', SLOPE, inputs), samples.map(pointOf));
}

const pointOf = ({ at, ready, queue }: QueueSample): FigurePoint => ({ at, value: ready, what: queue });
