import {
  countAbove,
  type FaultInterval,
  type FaultType,
  injectingService,
  isNetworkAction,
  mergeSketches,
  quantile,
  rowOf,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';
import { arrives } from './target-cells.ts';

/** The first thing a fault did to anybody, epoch ms, and by which rule it was found. */
export interface FirstEffect {
  at: number;
  rule: string;
}

/** True for faults which mark each span they touch; the others are found by what was observed. */
export function leavesReceipts(fault: FaultInterval): boolean {
  const { type } = fault.spec.action;
  return rowOf(type).perCall === true || MARKING.has(type);
}

/** Of those that hurt no single call. */
const MARKING: ReadonlySet<FaultType> = new Set([
  ...(['slow_query', 'query_error', 'consumer_slow', 'ack_lost'] as const),
  ...(['message_drop', 'message_delay', 'message_duplicate', 'message_reorder', 'message_poison'] as const),
  'producer_burst',
]);

/**
 * t0 of one fault.
 *
 * Faults with receipts (latency, error, hang, reset): the first span that carries one. Others: the earliest of
 * - process_kill, process_pause: the process exits, is killed or is paused;
 * - consumer_stop: a queue sample after arming with nothing dequeued while messages wait, or with no consumer;
 * - database_outage: a failed statement of the service, or of anybody on the database of that name;
 * - any of these three: a failed call of or to the target, or one slower than max(500 ms, 3 x its baseline p95).
 * Traffic has the resolution of a second: a second in which the fault was armed counts from the arming on.
 */
export function firstEffect(fault: FaultInterval, timeline: Timeline): FirstEffect | null {
  const found = leavesReceipts(fault) ? fromReceipts(fault, timeline) : fromEffects(fault, timeline);
  const first = found.sort((a, b) => a.at - b.at)[0];
  if (first === undefined) return null;
  return { at: Math.max(first.at, fault.armedAt), rule: first.rule };
}

function fromReceipts(fault: FaultInterval, timeline: Timeline): FirstEffect[] {
  const found = timeline.receipts
    .filter((receipt) => receipt.faultId === fault.faultId)
    .map((receipt) => ({ at: receipt.at, rule: `first receipt, on ${receipt.service}` }));
  if (fault.firstEffectAt !== null) {
    found.push({ at: fault.firstEffectAt, rule: 'first receipt, as its agent said' });
  }
  return found.length > 0 ? found : fromCounts(fault, timeline);
}

/** Single receipts are kept for the newest spans only, counts for all: the first second of the target with a receipt. */
function fromCounts(fault: FaultInterval, timeline: Timeline): FirstEffect[] {
  const armedSecond = Math.floor(fault.armedAt / 1000);
  return timeline.traffic
    .filter((cell) => cell.second >= armedSecond && cell.receipts > 0 && arrives(cell, fault))
    .map((cell) => ({ at: cell.second * 1000, rule: `first second with receipts, on ${cell.service}` }));
}

function fromEffects(fault: FaultInterval, timeline: Timeline): FirstEffect[] {
  const observed = [...ownSign(fault, timeline), ...hurtCalls(fault, timeline)];
  if (observed.length > 0 || fault.firstEffectAt === null) return observed;
  return [{ at: fault.firstEffectAt, rule: 'applied, as its agent said' }];
}

function ownSign(fault: FaultInterval, timeline: Timeline): FirstEffect[] {
  const service = injectingService(fault.spec.target);
  const { action, target } = fault.spec;
  if (isNetworkAction(action)) return hurtStatements(fault, timeline, service);
  switch (action.type) {
    case 'process_kill':
    case 'process_pause':
    case 'process_terminate':
    case 'process_restart':
    case 'process_crash':
    case 'process_scale':
    case 'token_authority_down':
    case 'broker_outage':
      return timeline.processes
        .filter((event) => event.service === service && event.at >= fault.armedAt - 1000)
        .filter((event) => ['exited', 'killed', 'paused'].includes(event.state))
        .map((event) => ({ at: event.at, rule: `process ${event.instance} ${event.state}` }));
    case 'consumer_stop': {
      const queue = target.kind === 'consumer' ? target.queue : '';
      return timeline.queues
        .filter((sample) => sample.queue === queue && sample.at > fault.armedAt)
        .filter((s) => (s.dequeued === 0 && s.ready > 0) || s.consumers === 0)
        .map((sample) => ({ at: sample.at, rule: `queue ${queue} not drained, ${sample.ready} ready` }));
    }
    case 'database_outage':
    case 'lock_contention':
    case 'pool_exhaustion':
      return hurtStatements(fault, timeline, service);
    default:
      // Found by its receipts, by the calls that it hurt, or by what its agent said.
      return [];
  }
}

function hurtStatements(fault: FaultInterval, timeline: Timeline, service: string): FirstEffect[] {
  return failing(fault, timeline, (cell) => cell.kind === 'db' && uses(cell, service)).map((at) => ({
    at,
    rule: `failed or slow statement of ${service}`,
  }));
}

/** Of a service, or on the database of that name: the broker's is used by several. */
const uses = (cell: TrafficCell, name: string): boolean => cell.service === name || cell.peer === name;

function hurtCalls(fault: FaultInterval, timeline: Timeline): FirstEffect[] {
  const service = injectingService(fault.spec.target);
  const ofTarget = (cell: TrafficCell): boolean =>
    (cell.kind === 'server' && cell.service === service) || (cell.kind === 'client' && cell.peer === service);
  return failing(fault, timeline, ofTarget).map((at) => ({
    at,
    rule: `failed or slow call of or to ${service}`,
  }));
}

/** Instants of the seconds, from arming to the end, in which such a cell had an error or an unusually slow call. */
function failing(
  fault: FaultInterval,
  timeline: Timeline,
  matches: (cell: TrafficCell) => boolean,
): number[] {
  const cells = timeline.traffic.filter(matches);
  const armedSecond = Math.floor(fault.armedAt / 1000);
  const endSecond = fault.endedAt === null ? Number.POSITIVE_INFINITY : Math.floor(fault.endedAt / 1000);
  const limit = slowLimit(cells.filter((cell) => cell.second < armedSecond));
  return cells
    .filter((cell) => cell.second >= armedSecond && cell.second <= endSecond)
    .filter((cell) => cell.errors > 0 || countAbove(cell.durations, limit) > 0)
    .map((cell) => cell.second * 1000);
}

/** Slower than this is unusual, milliseconds: three times the p95 of the cells, and never under 500. */
export function slowLimit(cells: TrafficCell[]): number {
  const p95 = quantile(mergeSketches(cells.map((cell) => cell.durations)), 0.95);
  return Math.max(500, 3 * (p95 ?? 0));
}
