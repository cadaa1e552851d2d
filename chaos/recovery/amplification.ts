import type { Timeline } from '@stormglass/agents/contract';
import type { Recovery } from '../contract/index.ts';
import { MIN_CALLS } from '../probes/index.ts';
import { count, known, withPoints } from './figure.ts';

const FORMULA = '(calls to / calls served by the caller) under the fault / the same in the baseline';

/** Hops beyond this many are left out, those with the least amplification first. */
const MOST_HOPS = 12;

interface Hop {
  from: string;
  to: string;
  calls: number;
  served: number;
}

/**
 * How many calls each hop makes for one that its caller serves, against the baseline: 3 means that a request which
 * used to cause one call causes three (retries), 0.2 that a breaker keeps most of them back.
 */
export function retryAmplification(
  timeline: Timeline,
  before: { from: number; to: number },
  during: { from: number; to: number },
): Recovery['retryAmplification'] {
  const usually = hops(timeline, before);
  const found: Recovery['retryAmplification'] = [];
  for (const [key, hop] of hops(timeline, during)) {
    const usual = usually.get(key);
    if (usual === undefined || usual.calls < MIN_CALLS || usual.served === 0 || hop.served < MIN_CALLS)
      continue;
    const ratio = hop.calls / hop.served / (usual.calls / usual.served);
    const inputs =
      `${count(hop.calls, 'call')} for ${hop.served} served under the fault, ` +
      `${usual.calls} for ${usual.served} in the baseline`;
    const figure = withPoints(known(ratio, 'ratio', FORMULA, inputs), [
      { at: during.from, value: hop.calls / hop.served, what: 'calls for one served, under the fault' },
      { at: before.from, value: usual.calls / usual.served, what: 'calls for one served, in the baseline' },
    ]);
    found.push({ from: hop.from, to: hop.to, figure });
  }
  return found.sort((a, b) => (b.figure.value ?? 0) - (a.figure.value ?? 0)).slice(0, MOST_HOPS);
}

/** Every hop of the whole seconds of a range, by `from|to`. */
function hops(timeline: Timeline, range: { from: number; to: number }): Map<string, Hop> {
  const served = new Map<string, number>();
  const calls = new Map<string, Map<string, number>>();
  for (const cell of timeline.traffic) {
    const { kind, service, peer, second } = cell;
    if ((kind !== 'server' && kind !== 'client') || second * 1000 < range.from) continue;
    if ((second + 1) * 1000 > range.to) continue;
    if (kind === 'server') {
      served.set(service, (served.get(service) ?? 0) + cell.calls);
      continue;
    }
    const peers = calls.get(service) ?? new Map<string, number>();
    calls.set(service, peers);
    peers.set(peer, (peers.get(peer) ?? 0) + cell.calls);
  }
  const found = new Map<string, Hop>();
  for (const [from, peers] of calls) {
    for (const [to, n] of peers) {
      found.set(`${from}|${to}`, { from, to, calls: n, served: served.get(from) ?? 0 });
    }
  }
  return found;
}
