import {
  mergeSketches,
  quantile,
  type Sketch,
  sketchValue,
  type TrafficCell,
} from '@stormglass/agents/contract';

/** Seconds that count as one observation: calls of the same moment share their fate, those of the next block less. */
export const BLOCK_S = 5;

/** One block of one edge or operation. */
export interface Block {
  calls: number;
  errors: number;
  receipts: number;
  durations: Sketch;
}

/** A stretch of a run cut into whole blocks; what is left over at its end is in none. */
export interface Stretch {
  /** Epoch seconds, `to` exclusive. */
  from: number;
  to: number;
  blocks: number;
}

/** `stepSeconds`: how much one cell covers, when the stretch is so long that single seconds are not kept. */
export function stretchOf(from: number, to: number, stepSeconds: number): Stretch & { blockSeconds: number } {
  const blockSeconds = Math.ceil(BLOCK_S / stepSeconds) * stepSeconds;
  const first = Math.ceil(from / 1000 / stepSeconds) * stepSeconds;
  const blocks = Math.max(0, Math.floor((Math.floor(to / 1000) - first) / blockSeconds));
  return { from: first, to: first + blocks * blockSeconds, blocks, blockSeconds };
}

export interface Key {
  kind: TrafficCell['kind'];
  service: string;
  peer: string;
  operation: string;
}

export interface Blocked {
  key: Key;
  blocks: Block[];
}

/** Cells by edge and operation, block by block; a block without a call is there, too. */
export function blocksOf(
  traffic: readonly TrafficCell[],
  stretch: Stretch & { blockSeconds: number },
): Map<string, Blocked> {
  const found = new Map<string, { key: Key; cells: TrafficCell[][] }>();
  for (const cell of traffic) {
    if (cell.second < stretch.from || cell.second >= stretch.to) continue;
    const { kind, service, peer, operation } = cell;
    const name = `${kind}|${service}|${peer}|${operation}`;
    let entry = found.get(name);
    if (entry === undefined) {
      const cells = Array.from({ length: stretch.blocks }, (): TrafficCell[] => []);
      entry = { key: { kind, service, peer, operation }, cells };
      found.set(name, entry);
    }
    entry.cells[Math.floor((cell.second - stretch.from) / stretch.blockSeconds)]?.push(cell);
  }
  return new Map([...found].map(([name, { key, cells }]) => [name, { key, blocks: cells.map(sumOf) }]));
}

function sumOf(cells: readonly TrafficCell[]): Block {
  const sum = { calls: 0, errors: 0, receipts: 0 };
  for (const { calls, errors, receipts } of cells) {
    sum.calls += calls;
    sum.errors += errors;
    sum.receipts += receipts;
  }
  return { ...sum, durations: mergeSketches(cells.map(({ durations }) => durations)) };
}

/** The 95 % quantile over all blocks, ms; null without a call. */
export function commonP95(blocks: readonly Block[]): number | null {
  return quantile(mergeSketches(blocks.map(({ durations }) => durations)), 0.95);
}

/** Sum of the logarithms of the durations, ms. */
export function logSum(durations: Sketch): number {
  return durations.reduce((sum, [index, n]) => sum + n * Math.log(sketchValue(index)), 0);
}

/** How many durations a sketch holds: as many as it has calls, or fewer where a source does not tell. */
export function counted(durations: Sketch): number {
  return durations.reduce((sum, [, n]) => sum + n, 0);
}
