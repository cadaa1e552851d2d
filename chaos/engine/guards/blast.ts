import { assertNever, type Timeline } from '@stormglass/agents/contract';
import { MIN_CALLS } from '../../probes/index.ts';
import { affectedServices, receiptShare } from '../../recovery/index.ts';
import type { GuardMoment, GuardReading } from './reading.ts';

/** How far the run's own faults reached so far. What other people's faults do meanwhile is no reason to stop it. */
export function readBlast(
  of: 'requests' | 'sagas' | 'services' | 'share',
  moment: GuardMoment,
): GuardReading {
  switch (of) {
    case 'requests':
      return requests(moment);
    case 'sagas':
      return sagas(moment);
    case 'services':
      return services(moment);
    case 'share':
      return share(moment);
    default:
      return assertNever(of);
  }
}

function requests(moment: GuardMoment): GuardReading {
  const value = ownReceipts(moment);
  return { value, detail: `${value} calls and messages carry a receipt` };
}

/**
 * Cells count the receipts of all faults together. While somebody else's are on, too, no more of them are the run's own
 * than its faults have injected, as their agents count.
 */
function ownReceipts({ timeline, runId, since }: GuardMoment): number {
  const all = receiptsSince(timeline, since);
  const on = timeline.faults.filter(({ endedAt }) => endedAt === null || endedAt >= since);
  const own = on.filter((fault) => fault.runId === runId);
  if (own.length === on.length) return all;
  return Math.min(
    all,
    own.reduce((sum, { injections }) => sum + injections, 0),
  );
}

function receiptsSince({ traffic }: Timeline, since: number): number {
  const from = Math.floor(since / 1000);
  return traffic.reduce((sum, cell) => sum + (cell.second < from ? 0 : cell.receipts), 0);
}

/** By the traces of the receipts, of which the stream keeps the newest thousand: at least so many. */
function sagas({ timeline, runId, since }: GuardMoment): GuardReading {
  const own = timeline.receipts.filter((receipt) => receipt.at >= since && receipt.runId === runId);
  const traces = new Set(own.map(({ traceId }) => traceId));
  const touched = timeline.sagas.filter((event) => event.at >= since && traces.has(event.traceId));
  const value = new Set(touched.map(({ sagaId }) => sagaId)).size;
  return { value, detail: `${value} sagas have a receipt in their trace` };
}

/** As the report does, with what has come of the unfinished second. */
function services({ timeline, at, since, baselineFrom }: GuardMoment): GuardReading {
  const faults = timeline.faults.filter(({ endedAt }) => endedAt === null || endedAt >= since);
  const to = (Math.floor(at / 1000) + 1) * 1000;
  const affected = affectedServices(timeline, faults, baselineFrom, since, to);
  const names = affected.map(({ service }) => service).join(', ');
  return { value: affected.length, detail: names === '' ? 'none left its band' : `${names} left their band` };
}

function share(moment: GuardMoment): GuardReading {
  const { timeline, at, since } = moment;
  const from = Math.floor(since / 1000);
  let served = 0;
  for (const cell of timeline.traffic)
    if (cell.kind === 'server' && cell.second >= from) served += cell.calls;
  if (served < MIN_CALLS)
    return { value: null, detail: `only ${served} calls served; ${MIN_CALLS} are needed` };
  const { value, inputs } = receiptShare(timeline, since, at);
  const ownPart = ownReceipts(moment) / Math.max(1, receiptsSince(timeline, since));
  return { value: value === null ? null : value * ownPart, detail: inputs };
}
