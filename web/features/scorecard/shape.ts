import type { Interactions, ProcessEvent } from '@stormglass/agents/contract';
import type { SloRow } from './model.ts';

/** How the services are built and start, as far as telemetry shows it. */
export const SHAPE_LIMITS = { synchronousRatio: 0.1, chain: 3, healthyMs: 60_000 } as const;

const BLANK = { spent: null, brokenBy: null } as const;

interface Words {
  duration: (ms: number) => string;
  percent: (share: number) => string;
  count: (n: number) => string;
}

function synchronousRow(found: Interactions | null, words: Words): SloRow {
  const ratio = found?.insideRatio ?? null;
  const outside =
    found === null || found.outward === 0 || found.synchronousRatio === null
      ? ''
      : `; ${words.percent(found.synchronousRatio)} with the ${words.count(found.outward)} to the outside`;
  return {
    ...BLANK,
    id: 'synchronous',
    title: 'Synchronous interactions',
    limit: 'below 10 % of those among services',
    value: ratio === null ? 'unknown' : words.percent(ratio),
    verdict: ratio === null ? 'unknown' : ratio < SHAPE_LIMITS.synchronousRatio ? 'holds' : 'broken',
    basis:
      found === null || ratio === null
        ? 'no service has called another in the range'
        : `${words.count(found.synchronous - found.outward)} calls that wait, ${words.count(found.asynchronous)} messages${outside}`,
  };
}

function chainRow(found: Interactions | null): SloRow {
  const services = found?.longestChain ?? [];
  const sampled = found === null || found.oneIn === 1 ? '' : ` (in one of ${found.oneIn} traces)`;
  return {
    ...BLANK,
    id: 'chain',
    title: 'Longest synchronous chain',
    limit: 'at most 3 services',
    value: services.length === 0 ? 'unknown' : String(services.length),
    verdict: services.length === 0 ? 'unknown' : services.length <= SHAPE_LIMITS.chain ? 'holds' : 'broken',
    basis: services.length === 0 ? 'no trace in the range' : `${services.join(' → ')}${sampled}`,
  };
}

interface Start {
  service: string;
  /** Milliseconds until healthy; null while it is not. */
  ms: number | null;
  at: number;
}

/** Each start of an instance, with the time until it was healthy; one that ended before that goes on with the next try. */
function starts(processes: readonly ProcessEvent[]): Start[] {
  const open = new Map<string, Start>();
  const all: Start[] = [];
  for (const event of [...processes].sort((a, b) => a.at - b.at)) {
    const key = `${event.service}|${event.instance}`;
    const start = open.get(key);
    if (event.state === 'started' || event.state === 'restarted') {
      if (start) continue;
      const fresh = { service: event.service, ms: null, at: event.at };
      open.set(key, fresh);
      all.push(fresh);
    } else if (event.state === 'healthy' && start) {
      start.ms = event.at - start.at;
      open.delete(key);
    }
  }
  return all;
}

function healthyRow(processes: readonly ProcessEvent[], now: number, words: Words): SloRow {
  const found = starts(processes);
  // One that is not healthy yet has lasted until now, at least.
  const lasted = found.map((s) => ({ ...s, ms: s.ms ?? now - s.at, open: s.ms === null }));
  const [slowest] = lasted.sort((a, b) => b.ms - a.ms);
  const late = slowest !== undefined && slowest.ms > SHAPE_LIMITS.healthyMs;
  const pending = lasted.some((s) => s.open);
  return {
    ...BLANK,
    id: 'healthy',
    title: 'Healthy after a start',
    limit: 'within 60 s',
    value: slowest === undefined ? 'unknown' : `${slowest.open ? '> ' : ''}${words.duration(slowest.ms)}`,
    verdict: late ? 'broken' : slowest === undefined || pending ? 'unknown' : 'holds',
    basis:
      slowest === undefined
        ? 'no process has started in the range'
        : `slowest of ${found.length} ${found.length === 1 ? 'start' : 'starts'}: ${slowest.service}`,
  };
}

/** The levels that come from traces and process events. Unknown stays unknown. */
export function shapeRows(
  interactions: Interactions | null,
  processes: readonly ProcessEvent[],
  now: number,
  words: Words,
): SloRow[] {
  return [healthyRow(processes, now, words), synchronousRow(interactions, words), chainRow(interactions)];
}
