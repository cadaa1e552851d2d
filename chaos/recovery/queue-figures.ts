import type { QueueSample } from '@stormglass/agents/contract';
import type { Figure } from '../contract/index.ts';
import type { QueueBand } from './conditions.ts';
import { known, unknown } from './figure.ts';
import { clockTime } from './intervals.ts';

const PEAK = 'largest number of ready messages from t0 to t4';
const DRAIN = 'queue back at its baseline - max(peak, t3)';

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

/** Peak of the fullest queue, and how long it took to drain once nothing held it up any more. */
export function queueFigures(
  bands: QueueBand[],
  range: { from: number; to: number },
  t3: number | null,
): { queuePeak: Figure; drainMs: Figure } {
  const peak = highest(bands, range.from, range.to);
  if (peak === null) {
    const why = 'no queue sample in that time';
    return { queuePeak: unknown('messages', PEAK, why), drainMs: unknown('ms', DRAIN, why) };
  }
  const { band, sample } = peak;
  const where = `${sample.ready} in the queue ${band.queue} at ${clockTime(sample.at)} UTC`;
  const queuePeak = known(sample.ready, 'messages', PEAK, where);
  if (sample.ready <= band.limit) {
    const why = `no queue rose above its baseline (${band.queue}: at most ${band.limit} ready)`;
    return { queuePeak, drainMs: unknown('ms', DRAIN, why) };
  }
  const drained = band.samples.find((next) => next.at > sample.at && next.ready <= band.limit);
  if (drained === undefined || t3 === null) {
    return { queuePeak, drainMs: unknown('ms', DRAIN, drainForecast(band, sample)) };
  }
  const from = Math.max(sample.at, t3);
  const inputs = `${where}; at most ${band.limit} ready again at ${clockTime(drained.at)} UTC`;
  return { queuePeak, drainMs: known(Math.max(0, drained.at - from), 'ms', DRAIN, inputs) };
}

/** While it still drains: the slope since the peak, and when that reaches the baseline. */
function drainForecast(band: QueueBand, peak: QueueSample): string {
  const last = band.samples.at(-1);
  if (last === undefined || last.at <= peak.at || last.ready >= peak.ready) {
    return `the queue ${band.queue} is not draining yet`;
  }
  const perSecond = (peak.ready - last.ready) / ((last.at - peak.at) / 1000);
  const eta = Math.max(0, last.ready - band.limit) / perSecond;
  return `${last.ready} still ready, ${perSecond.toFixed(1)} less each second: about ${eta.toFixed(0)} s to go`;
}
