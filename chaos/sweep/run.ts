import type { CellResult, SweepCell, SweepRequest } from '../contract/index.ts';
import { baseline } from './baseline.ts';
import { runCell } from './cell.ts';
import { nextBeside } from './independent.ts';
import type { SweepPorts } from './ports.ts';

export type SweepEvent =
  | { type: 'began'; cellId: string }
  | { type: 'judged'; result: CellResult }
  /** Why it ended before its last cell; empty when it did not. */
  | { type: 'ended'; why: string };

export interface SweepTask {
  /** Cells that are still to be tried, in order. */
  cells: readonly SweepCell[];
  request: SweepRequest;
  /** Milliseconds that are left of its minutes. */
  leftMs: number;
  /** When the last fault of anybody ended, epoch milliseconds; 0 when there was none. */
  quietSince: number;
  ports: SweepPorts;
  signal: AbortSignal;
}

/**
 * Tries cells in their order, those at once that are independent, until the minutes are spent: none is begun that could not end
 * within them. When the signal aborts, running cells are reverted and have no result. A fault that is not reverted ends the sweep.
 */
export async function* runSweep(task: SweepTask): AsyncGenerator<SweepEvent, void, undefined> {
  const { request, ports, signal } = task;
  const { clock } = ports;
  const end = clock.now() + task.leftMs;
  const longestMs = (request.cellSeconds + request.settleSeconds) * 1000;
  const before = await baseline(ports, task.quietSince, signal).catch(wordsOf);
  if (typeof before === 'string') return yield { type: 'ended', why: before };
  let waiting = [...task.cells];
  let why = '';
  const running = new Map<SweepCell, Promise<Finished>>();
  for (;;) {
    const timely = clock.now() + longestMs <= end;
    const next =
      why === '' && !signal.aborted && timely
        ? nextBeside(waiting, [...running.keys()], request.parallel)
        : null;
    if (next !== null) {
      waiting = waiting.filter((cell) => cell !== next);
      const beside = () => running.size - 1;
      running.set(next, finished(next, runCell({ cell: next, request, ports, before, beside, signal })));
      yield { type: 'began', cellId: next.id };
      continue;
    }
    if (running.size === 0) break;
    const { cell, result, error } = await Promise.race(running.values());
    running.delete(cell);
    if (result === null) {
      why ||= error;
      continue;
    }
    if (result.reverted === false) why ||= `${cell.id} was not reverted: ${result.readBack}`;
    yield { type: 'judged', result };
  }
  if (signal.aborted) why = wordsOf(signal.reason);
  yield { type: 'ended', why };
}

interface Finished {
  cell: SweepCell;
  /** Null when it was stopped. */
  result: CellResult | null;
  error: string;
}

async function finished(cell: SweepCell, run: Promise<CellResult>): Promise<Finished> {
  try {
    return { cell, result: await run, error: '' };
  } catch (error) {
    return { cell, result: null, error: wordsOf(error) };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
