import { assertNever, type Timeline } from '@stormglass/agents/contract';
import type { Activity, Provider, Tolerance } from '../contract/index.ts';
import { breakerLines, stateAt } from './breaker.ts';
import { readInvariants } from './invariant.ts';
import type { ProbeMoment, ProbeReading } from './reading.ts';
import { evaluateSli } from './sli.ts';
import { describeTolerance, keeps, type ProbeValue, readable } from './tolerance.ts';

/** Providers that read the timeline; the others act or are waits of the engine. */
export type ProbeProvider = Extract<Provider, { type: 'sli' | 'breaker' | 'queue' | 'saga' | 'invariant' }>;

export function isProbeProvider(provider: Provider): provider is ProbeProvider {
  return ['sli', 'breaker', 'queue', 'saga', 'invariant'].includes(provider.type);
}

/** How long a probe may wait for its tolerance, milliseconds. */
export function patienceMs(provider: ProbeProvider): number {
  return provider.type === 'sli' ? 0 : provider.within * 1000;
}

/** Reads one probe of an experiment; pure. */
export function readProbe(
  activity: Pick<Activity, 'tolerance'> & { provider: ProbeProvider },
  timeline: Timeline,
  moment: ProbeMoment,
): ProbeReading {
  const { provider } = activity;
  switch (provider.type) {
    case 'sli': {
      const reading = evaluateSli(provider.query, timeline, moment.at);
      return judge(reading.value, activity.tolerance, reading.detail);
    }
    case 'breaker':
      return readBreaker(provider, timeline, moment);
    case 'queue':
      return readQueue(provider, activity.tolerance, timeline, moment);
    case 'saga':
      return readSagas(provider, timeline, moment);
    case 'invariant':
      return readInvariants(provider, timeline, moment);
    default:
      return assertNever(provider);
  }
}

/** A value against its tolerance; without a tolerance whatever was read is fine. */
export function judge(
  value: ProbeValue | null,
  tolerance: Tolerance | undefined,
  detail: string,
): ProbeReading {
  if (value === null) return { value, ok: null, output: detail };
  if (tolerance === undefined) return { value, ok: true, output: `${readable(value)} (${detail})` };
  const wanted = describeTolerance(tolerance);
  return {
    value,
    ok: keeps(tolerance, value),
    output: `${readable(value)}, wanted ${wanted} (${detail})`,
  };
}

/**
 * `closed` looks at the present of every instance. `open` and `half_open` are moments that pass: in the method one
 * instance which entered the state since it began is enough, even if it has left it again.
 */
function readBreaker(
  provider: Extract<Provider, { type: 'breaker' }>,
  timeline: Timeline,
  { at, since }: ProbeMoment,
): ProbeReading {
  const lines = breakerLines(timeline).filter(
    (line) => line.service === provider.service && line.peer === provider.peer,
  );
  const subject = `breaker ${provider.service} to ${provider.peer}`;
  const states = lines.map((line) => stateAt(line, at)).filter((state) => state !== null);
  if (states.length === 0) return { value: null, ok: null, output: `nothing heard of the ${subject}` };
  const now = [...new Set(states)].join(', ');
  if (provider.state === 'closed') {
    const open = states.find((state) => state !== 'closed');
    return { value: open ?? 'closed', ok: open === undefined, output: `${subject} is ${now}` };
  }
  const entered = lines
    .flatMap((line) => line.marks)
    .filter((mark) => mark.state === provider.state && since !== null && mark.at >= since && mark.at <= at)
    .sort((a, b) => a.at - b.at)[0];
  if (entered !== undefined && since !== null) {
    const after = `${((entered.at - since) / 1000).toFixed(1)} s`;
    return {
      value: provider.state,
      ok: true,
      output: `${subject} became ${provider.state} ${after} into the method`,
    };
  }
  const ok = states.includes(provider.state);
  return { value: ok ? provider.state : now, ok, output: `${subject} is ${now}` };
}

/** In the method any sample since it began may keep the tolerance; in a hypothesis only the newest counts. */
function readQueue(
  provider: Extract<Provider, { type: 'queue' }>,
  tolerance: Tolerance | undefined,
  timeline: Timeline,
  { at, since }: ProbeMoment,
): ProbeReading {
  const samples = timeline.queues
    .filter((sample) => sample.queue === provider.queue && sample.at <= at)
    .filter((sample) => sample.at >= (since ?? at - 10_000))
    .sort((a, b) => a.at - b.at);
  const newest = samples.at(-1);
  if (newest === undefined) {
    return { value: null, ok: null, output: `no sample of the queue ${provider.queue} in the last 10 s` };
  }
  const value = (sample: typeof newest): number =>
    provider.metric === 'oldest_age' ? (sample.oldestAgeMs ?? 0) / 1000 : sample[provider.metric];
  const unit = provider.metric === 'oldest_age' ? 'age of the oldest message in s' : provider.metric;
  const kept =
    tolerance === undefined || since === null
      ? newest
      : (samples.find((sample) => keeps(tolerance, value(sample))) ?? newest);
  return judge(value(kept), tolerance, `${unit} in the queue ${provider.queue}`);
}

function readSagas(
  provider: Extract<Provider, { type: 'saga' }>,
  timeline: Timeline,
  { at, since }: ProbeMoment,
): ProbeReading {
  const ended = new Set<string>();
  for (const event of timeline.sagas) {
    if (event.event !== 'completed' || event.outcome !== provider.outcome) continue;
    if (event.at <= at && event.at >= (since ?? at - 60_000)) ended.add(event.sagaId);
  }
  const output = `${ended.size} sagas ${provider.outcome}, wanted at least ${provider.at_least}`;
  return { value: ended.size, ok: ended.size >= provider.at_least, output };
}
