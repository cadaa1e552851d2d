import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import type { Figure } from '../contract/index.ts';
import { count, known, percent, unknown } from './figure.ts';
import { leavesReceipts } from './first-effect.ts';
import { arrives } from './target-cells.ts';

const FORMULA = 'calls with a receipt / calls which arrived on the target';

/** Wilson's 95 % interval of a share. */
export function wilson(hits: number, n: number): [low: number, high: number] {
  if (n === 0) return [0, 1];
  const z = 1.96;
  const p = hits / n;
  const middle = p + (z * z) / (2 * n);
  const spread = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}

/**
 * How much of the selected traffic was really hurt. A delayed call is counted in the second in which it ended, up to
 * the injected delay after the fault: receipts are therefore counted to the end of the range, the untouched calls
 * only while the fault was on.
 */
export function injectedRate(timeline: Timeline, faults: FaultInterval[], now: number): Figure {
  const marking = faults.filter(leavesReceipts);
  const first = faults[0];
  if (first === undefined) return unknown('share', FORMULA, 'no fault was armed');
  if (marking.length === 0) {
    return unknown('share', FORMULA, `${first.spec.action.type} hits everything; it leaves no receipts`);
  }
  let hits = 0;
  let spared = 0;
  for (const fault of marking) {
    const from = Math.floor(fault.armedAt / 1000);
    const to = Math.floor((fault.endedAt ?? now) / 1000);
    for (const cell of timeline.traffic) {
      if (cell.second < from || !arrives(cell, fault)) continue;
      hits += cell.receipts;
      if (cell.second > from && cell.second < to) spared += Math.max(0, cell.calls - cell.receipts);
    }
  }
  const arrived = hits + spared;
  if (arrived === 0) return unknown('share', FORMULA, 'no call has arrived on the target yet');
  const [low, high] = wilson(hits, arrived);
  const intended = marking.map((fault) => `${fault.spec.selector.percentage} %`).join(', ');
  const inputs =
    `${hits} of ${count(arrived, 'call')}, ${percent(hits / arrived)}; ` +
    `95 % interval ${percent(low)} to ${percent(high)}; intended ${intended}`;
  return known(hits / arrived, 'share', FORMULA, inputs);
}
