import { assertNever } from '@stormglass/agents/contract';
import { MIN_CALLS } from '../../probes/index.ts';
import { affectedServices, receiptShare } from '../../recovery/index.ts';
import type { GuardMoment, GuardReading } from './reading.ts';

/**
 * How far the faults reached so far. Receipts are counted for all faults that are on, those of other people included:
 * what hurts is over the limit, whoever does it.
 */
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

function requests({ timeline, since }: GuardMoment): GuardReading {
  const from = Math.floor(since / 1000);
  const value = timeline.traffic.reduce((sum, cell) => sum + (cell.second < from ? 0 : cell.receipts), 0);
  return { value, detail: `${value} calls and messages carry a receipt` };
}

/** By the traces of the receipts, of which the stream keeps the newest thousand: at least so many. */
function sagas({ timeline, since }: GuardMoment): GuardReading {
  const traces = new Set(timeline.receipts.filter(({ at }) => at >= since).map(({ traceId }) => traceId));
  const touched = timeline.sagas.filter((event) => event.at >= since && traces.has(event.traceId));
  const value = new Set(touched.map(({ sagaId }) => sagaId)).size;
  return { value, detail: `${value} sagas have a receipt in their trace` };
}

/** By whole seconds, as the report does: up to a second later than the others. */
function services({ timeline, at, since, baselineFrom }: GuardMoment): GuardReading {
  const faults = timeline.faults.filter(({ endedAt }) => endedAt === null || endedAt >= since);
  const affected = affectedServices(timeline, faults, baselineFrom, since, at);
  const names = affected.map(({ service }) => service).join(', ');
  return { value: affected.length, detail: names === '' ? 'none left its band' : `${names} left their band` };
}

function share({ timeline, at, since }: GuardMoment): GuardReading {
  const from = Math.floor(since / 1000);
  let served = 0;
  for (const cell of timeline.traffic)
    if (cell.kind === 'server' && cell.second >= from) served += cell.calls;
  if (served < MIN_CALLS)
    return { value: null, detail: `only ${served} calls served; ${MIN_CALLS} are needed` };
  const { value, inputs } = receiptShare(timeline, since, at);
  return { value, detail: inputs };
}
