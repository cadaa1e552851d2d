import type { Timeline } from '@stormglass/agents/contract';
import type { Provider } from '../contract/index.ts';
import type { ProbeMoment, ProbeReading } from './reading.ts';

/** A sample says nothing about the present after this long, ms. */
const FRESH_MS = 10_000;

/**
 * `ok` looks at the present: what was asked for was judged lately, and nothing is violated; what is in flight (pending) is
 * not. Of what the auditor cannot judge nothing is said. `violated` is a moment that passes: in the method one violation since it began is enough.
 */
export function readInvariants(
  provider: Extract<Provider, { type: 'invariant' }>,
  timeline: Timeline,
  { at, since }: ProbeMoment,
): ProbeReading {
  const asked = timeline.invariants.filter(
    (sample) => sample.at <= at && (provider.id === undefined || sample.id === provider.id),
  );
  const subject = provider.id ?? 'the invariants';
  const fresh = asked.filter((sample) => sample.at >= at - FRESH_MS).sort((a, b) => a.at - b.at);
  if (fresh.length === 0) {
    return {
      value: null,
      ok: null,
      output: `no auditor has judged ${subject} in the last ${FRESH_MS / 1000} s`,
    };
  }
  if (provider.status === 'violated') {
    const violated = asked.filter(
      (sample) => sample.status === 'violated' && sample.at >= (since ?? at - FRESH_MS),
    );
    const ids = namesOf(violated);
    return {
      value: ids.length,
      ok: ids.length > 0,
      output: ids.length > 0 ? `violated: ${ids.join(', ')}` : 'none violated',
    };
  }
  const newest = [...Map.groupBy(fresh, (sample) => sample.id).values()].flatMap((list) => list.slice(-1));
  const violated = namesOf(newest.filter((sample) => sample.status === 'violated'));
  if (violated.length > 0)
    return { value: 'violated', ok: false, output: `violated: ${violated.join(', ')}` };
  const unknown = namesOf(newest.filter((sample) => sample.status === 'unknown'));
  if (unknown.length === newest.length) {
    return { value: 'unknown', ok: null, output: `the auditor cannot judge ${unknown.join(', ')}` };
  }
  return { value: 'ok', ok: true, output: `${newest.length} checked, none is violated` };
}

function namesOf(samples: readonly { id: string }[]): string[] {
  return [...new Set(samples.map(({ id }) => id))].sort();
}
