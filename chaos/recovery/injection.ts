import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import type { Figure, FigurePoint, Injection } from '../contract/index.ts';
import { wilson } from '../statistics/index.ts';
import { count, known, percent, unknown, withPoints } from './figure.ts';
import { leavesReceipts } from './first-effect.ts';
import { arrives } from './target-cells.ts';

const FORMULA = 'calls with a receipt / calls which arrived on the target';

interface Counted {
  hits: number;
  spared: number;
  points: FigurePoint[];
}

/**
 * What of the traffic that one fault selects it hit. A delayed call is counted in the second in which it ended, up to the
 * injected delay after the fault: receipts are therefore counted to the end of the range, the untouched calls only while
 * the fault was on.
 */
function countHits(timeline: Timeline, fault: FaultInterval, now: number): Counted {
  const from = Math.floor(fault.armedAt / 1000);
  const to = Math.floor((fault.endedAt ?? now) / 1000);
  const bySecond = new Map<number, { hits: number; calls: number }>();
  const counted: Counted = { hits: 0, spared: 0, points: [] };
  for (const cell of timeline.traffic) {
    if (cell.second < from || !arrives(cell, fault)) continue;
    const spared = cell.second > from && cell.second < to ? Math.max(0, cell.calls - cell.receipts) : 0;
    counted.hits += cell.receipts;
    counted.spared += spared;
    if (cell.receipts + spared === 0) continue;
    const second = bySecond.get(cell.second) ?? { hits: 0, calls: 0 };
    second.hits += cell.receipts;
    second.calls += cell.receipts + spared;
    bySecond.set(cell.second, second);
  }
  counted.points = [...bySecond]
    .sort((a, b) => a[0] - b[0])
    .map(([second, { hits, calls }]) => ({
      at: second * 1000,
      value: hits / calls,
      what: `${hits} of ${calls} calls`,
    }));
  return counted;
}

function figureOf({ hits, spared, points }: Counted, intended: string): Figure {
  const arrived = hits + spared;
  if (arrived === 0) return unknown('share', FORMULA, 'no call has arrived on the target yet');
  const [low, high] = wilson(hits, arrived);
  const inputs =
    `${hits} of ${count(arrived, 'call')}, ${percent(hits / arrived)}; ` +
    `95 % interval ${percent(low)} to ${percent(high)}; intended ${intended}`;
  const figure = withPoints(known(hits / arrived, 'share', FORMULA, inputs), points);
  return { ...figure, interval: [low, high] };
}

const asked = (fault: FaultInterval): string => `${fault.spec.selector.percentage} %`;

/** How much of the selected traffic was really hurt, over all faults that can say so. */
export function injectedRate(timeline: Timeline, faults: FaultInterval[], now: number): Figure {
  const marking = faults.filter(leavesReceipts);
  const first = faults[0];
  if (first === undefined) return unknown('share', FORMULA, 'no fault was armed');
  if (marking.length === 0) {
    return unknown('share', FORMULA, `${first.spec.action.type} hits everything; it leaves no receipts`);
  }
  const parts = marking.map((fault) => countHits(timeline, fault, now));
  const all: Counted = {
    hits: parts.reduce((sum, { hits }) => sum + hits, 0),
    spared: parts.reduce((sum, { spared }) => sum + spared, 0),
    points: parts.flatMap(({ points }) => points),
  };
  return figureOf(all, marking.map(asked).join(', '));
}

/** The same of each fault by itself, held against what was asked for. */
export function injections(timeline: Timeline, faults: FaultInterval[], now: number): Injection[] {
  return faults.map((fault) => {
    const intended = fault.spec.selector.percentage / 100;
    const figure = injectedRate(timeline, [fault], now);
    const { interval } = figure;
    const asIntended = interval === null ? null : intended >= interval[0] && intended <= interval[1];
    return { faultId: fault.faultId, type: fault.spec.action.type, intended, figure, asIntended };
  });
}
