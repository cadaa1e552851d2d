import type { FaultTarget, Timeline } from '@stormglass/agents/contract';
import { cellsBefore } from './traffic-figures.ts';

/** How far back the prediction looks, seconds. */
const WINDOW_S = 300;

/** How many calls a fault would hurt, judged by the last minutes. */
export interface Reach {
  /** In its lifetime. */
  calls: number;
  /** Of all calls between services, 0..1. */
  share: number;
  /** Calls on the target that the prediction was made from, and the seconds in which they came. */
  basis: number;
  seconds: number;
}

function hits(cell: Timeline['traffic'][number], target: FaultTarget): boolean {
  switch (target.kind) {
    case 'service':
    case 'point':
    case 'process':
    case 'database':
    case 'proxy':
      return cell.kind === 'server' && cell.service === target.service;
    case 'edge':
      return cell.kind === 'client' && cell.service === target.from && cell.peer === target.to;
    case 'producer':
      return cell.kind === 'producer' && cell.service === target.service && cell.peer === target.queue;
    case 'consumer':
      return cell.kind === 'consumer' && cell.service === target.service && cell.peer === target.queue;
  }
}

/** `percentage` is 0..100, `durationMs` the life of the fault. */
export function predictReach(
  timeline: Timeline,
  at: number,
  fault: { target: FaultTarget; percentage: number; durationMs: number },
): Reach {
  const cells = cellsBefore(timeline, at, WINDOW_S);
  let basis = 0;
  let all = 0;
  for (const cell of cells) {
    if (cell.kind === 'server') all += cell.calls;
    if (hits(cell, fault.target)) basis += cell.calls;
  }
  // Seconds that have data, so that a young system is not judged too mild.
  const seconds = cells[0] ? Math.max(1, Math.floor(at / 1000) - cells[0].second) : WINDOW_S;
  const hurt = (basis * fault.percentage) / 100;
  return {
    calls: Math.round((hurt / seconds) * (fault.durationMs / 1000)),
    share: all === 0 ? 0 : Math.min(1, hurt / all),
    basis,
    seconds,
  };
}
