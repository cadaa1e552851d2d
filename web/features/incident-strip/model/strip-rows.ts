import type { Timeline } from '@stormglass/agents/contract';
import { faultWords } from '../../../live/fault-words.ts';
import { breakerWord } from '../../../ui/state.ts';
import type { Axis } from './axis.ts';
import { deployMarks } from './deploy-lane.ts';
import { errorLane } from './error-lane.ts';
import { queueLines } from './queue-lane.ts';

/** One thing that happened, as the table of the strip says it. */
export interface StripRow {
  id: string;
  /** Epoch ms. */
  at: number;
  lane: 'Faults' | 'Breakers' | 'Queues' | 'Sagas' | 'Errors' | 'Deploys';
  words: string;
  /** Where it is read in full; empty when it is not. */
  href: string;
}

/** More rows than anybody reads; the newest are kept. */
const MOST = 400;

function faultRows({ faults }: Timeline): StripRow[] {
  return faults.flatMap((fault) => {
    const words = faultWords(fault.spec);
    const about = { lane: 'Faults', href: fault.runId ? `/chaos/runs/${fault.runId}` : '/chaos' } as const;
    const { faultId: id, armedAt, endedAt } = fault;
    const begin = { ...about, id: `${id}-armed`, at: armedAt, words: `${words}, armed by ${fault.owner}` };
    if (endedAt === null) return [begin];
    const why = fault.endReason ? ` (${fault.endReason.replace('_', ' ')})` : '';
    return [begin, { ...about, id: `${id}-ended`, at: endedAt, words: `${words}, ended${why}` }];
  });
}

function breakerRows({ transitions }: Timeline): StripRow[] {
  return transitions.map((move) => ({
    id: `${move.instance}-${move.name}-${move.at}-${move.to}`,
    at: move.at,
    lane: 'Breakers',
    words: `${move.service} → ${move.peer || move.name} ${breakerWord(move.to)}, on ${move.instance}`,
    href: '/breakers',
  }));
}

function sagaRows({ sagas }: Timeline): StripRow[] {
  return sagas
    .filter(({ event, outcome }) => event === 'completed' && outcome !== 'confirmed')
    .map(({ at, sagaId, orderId, outcome }) => ({
      id: sagaId,
      at,
      lane: 'Sagas',
      words: `${orderId} ${outcome}`,
      href: `/sagas/${sagaId}`,
    }));
}

/** What lines and bars show, by their worst instant. */
function peaks(timeline: Timeline, axis: Axis, bucket: number): StripRow[] {
  const queues = queueLines(timeline.queues, axis).flatMap(({ queue, points, peak }): StripRow[] => {
    const at = points.find(([, depth]) => depth === peak)?.[0];
    if (at === undefined || peak === 0) return [];
    return [{ id: queue, at, lane: 'Queues', words: `${queue} deepest: ${peak} wait`, href: '/queues' }];
  });
  const { bars } = errorLane(timeline, axis, bucket);
  const worst = bars.reduce<(typeof bars)[number] | null>(
    (most, bar) => (bar.share > (most?.share ?? 0) ? bar : most),
    null,
  );
  if (worst === null) return queues;
  const share = `${Math.round(worst.share * 100)} % of ${worst.calls} answers slow or failed, the most`;
  return [...queues, { id: 'worst', at: worst.from, lane: 'Errors', words: share, href: '/traces' }];
}

/** Everything of the range as rows, the newest first, also what the lanes have no room for; and how many were left out. */
export function stripRows(
  timeline: Timeline,
  axis: Axis,
  bucket: number,
): { rows: StripRow[]; left: number } {
  const deploys = deployMarks(timeline.processes, axis).map(
    ({ id, at, words }): StripRow => ({ id, at, lane: 'Deploys', words, href: '/agents' }),
  );
  const all = [
    ...faultRows(timeline),
    ...breakerRows(timeline),
    ...sagaRows(timeline),
    ...peaks(timeline, axis, bucket),
    ...deploys,
  ]
    .filter(({ at }) => at >= axis.from && at <= axis.now)
    .sort((a, b) => b.at - a.at);
  return { rows: all.slice(0, MOST), left: Math.max(0, all.length - MOST) };
}
