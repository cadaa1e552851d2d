import { inVariant, type Journey } from '@stormglass/agents/contract';
import type { CellFigures, CellResult, SweepCell, SweepRequest } from '../contract/index.ts';
import type { Baseline } from './baseline.ts';
import { untilCalm } from './calm.ts';
import { sagaEnds } from './judge/sagas.ts';
import { type Judged, standsAlready, verdictOf } from './judge/verdict.ts';
import { CellWatch } from './judge/watch.ts';
import type { FaultOutcome, SweepPorts } from './ports.ts';

/** Journeys are asked for so often, and those that came in late as far back again. */
const LOOK_MS = 1_000;
const LATE_MS = 15_000;
/** A store that is away for longer ends the cell. */
const AWAY_MS = 15_000;

export interface CellTask {
  cell: SweepCell;
  request: SweepRequest;
  ports: SweepPorts;
  /** From before the sweep. */
  before: Baseline;
  /** How many other cells run now. */
  beside: () => number;
  signal: AbortSignal;
}

/**
 * One short experiment: waits until the journeys are well, arms, watches until the judgement stands or the time is up, reverts,
 * waits for late answers, judges. Rejects only when the signal aborts, with its faults released.
 */
export async function runCell(task: CellTask): Promise<CellResult> {
  const { cell, ports, signal } = task;
  const startedAt = ports.clock.now();
  const ill = await untilCalm({ ...task, before: task.before.journeys });
  signal.throwIfAborted();
  if (ill !== null) return unmeasured(cell, startedAt, ports.clock.now(), ill);
  const faultIds: string[] = [];
  const armedAt = ports.clock.now();
  let beside = task.beside();
  const watch = watchOf(task);
  let trouble: string | null = null;
  try {
    for (const spec of cell.faults) faultIds.push((await ports.arm(spec)).faultId);
    await watchUntilItStands(task, watch, armedAt, () => {
      beside = Math.max(beside, task.beside());
    });
  } catch (error) {
    trouble = error instanceof Error ? error.message : String(error);
  }
  // Also after an abort: what was armed is never left to its lease alone.
  const outcomes = await Promise.all(faultIds.map((id) => releaseSafely(ports, id)));
  signal.throwIfAborted();
  const ended = { faultIds, ...together(outcomes) };
  if (trouble !== null) return { ...unmeasured(cell, startedAt, ports.clock.now(), trouble), ...ended };
  return { ...(await judged(task, watch, { startedAt, armedAt, beside, ...ended })), ...ended };
}

async function judged(
  task: CellTask,
  watch: CellWatch,
  {
    startedAt,
    armedAt,
    beside,
    faultIds,
    injections,
  }: { startedAt: number; armedAt: number; beside: number; faultIds: string[]; injections: number },
): Promise<CellResult> {
  const { cell, request, ports, signal } = task;
  const releasedAt = ports.clock.now();
  await ports.clock.sleep(request.settleSeconds * 1000, signal);
  signal.throwIfAborted();
  const range = { from: armedAt, to: ports.clock.now() };
  try {
    watch.add(until(await ports.journeys(range, signal), releasedAt));
    const figures = await withSagasAndAuditors(task, watch, armedAt, releasedAt);
    const { tolerance } = request;
    const verdict = verdictOf(figures, { tolerance, passing: cell.passing, injections, beside });
    const exampleTraceId = await exampleOf(task, watch, faultIds, figures);
    return { ...base(cell, startedAt, ports.clock.now(), verdict), exampleTraceId, figures };
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return unmeasured(cell, startedAt, ports.clock.now(), why);
  }
}

/** What began after the fault had gone says nothing of it. */
function until(journeys: readonly Journey[], at: number): Journey[] {
  return journeys.filter(({ startMs }) => startMs < at);
}

async function withSagasAndAuditors(
  { cell, ports, before, signal }: CellTask,
  watch: CellWatch,
  armedAt: number,
  releasedAt: number,
): Promise<CellFigures> {
  const mine = belongsTo(cell);
  const range = { from: armedAt, to: ports.clock.now() };
  const [sagas, invariants] = await Promise.all([
    ports.sagas(range, signal),
    ports.invariants(range, signal),
  ]);
  const begun = sagas.filter(({ startedAt }) => startedAt >= armedAt && startedAt < releasedAt);
  const { evidence, ...counts } = sagaEnds(begun, mine);
  const figures = watch.figures();
  return {
    ...{ ...figures, evidence: { ...figures.evidence, sagas: evidence }, sagas: counts },
    violations: invariants.violations
      .filter(({ id, at }) => at >= armedAt && !before.shaky.has(id))
      .filter(({ traceId }) => traceId === '' || mine(traceId))
      .map(({ id, at, traceId }) => ({ id, at, traceId })),
  };
}

async function exampleOf(
  { ports, signal, cell }: CellTask,
  watch: CellWatch,
  faultIds: readonly string[],
  { violations }: CellFigures,
): Promise<string | null> {
  const violated = violations.find(({ traceId }) => traceId !== '');
  if (violated !== undefined) return violated.traceId;
  const [hurt] = watch.hurt;
  if (hurt !== undefined) return hurt;
  const range = {
    from: ports.clock.now() - (cell.faults[0]?.durationMs ?? 0) - LATE_MS,
    to: ports.clock.now(),
  };
  for (const faultId of faultIds) {
    const touched = await ports.touched(faultId, range, signal);
    if (touched !== null) return touched;
  }
  return null;
}

/** Whether the faults of a cell may hurt the trace; all of a schedule have the same variant. */
function belongsTo({ faults }: SweepCell): (traceId: string) => boolean {
  const variant = faults[0]?.selector.variant;
  return variant === undefined ? () => true : (traceId) => inVariant(variant, traceId);
}

function watchOf({ cell, before, request }: CellTask): CellWatch {
  const { journeys, control } = cell;
  return new CellWatch({
    journeys,
    before: before.journeys,
    control,
    alpha: request.alpha,
    inVariant: belongsTo(cell),
  });
}

async function watchUntilItStands(
  { cell, request, ports, signal }: CellTask,
  watch: CellWatch,
  armedAt: number,
  look: () => void,
): Promise<void> {
  const { clock } = ports;
  const end = armedAt + request.cellSeconds * 1000;
  let readTo = armedAt;
  let wellAt = armedAt;
  while (clock.now() < end) {
    await clock.sleep(Math.min(LOOK_MS, end - clock.now()), signal);
    signal.throwIfAborted();
    look();
    const now = clock.now();
    try {
      watch.add(await ports.journeys({ from: Math.max(armedAt, readTo - LATE_MS), to: now }, signal));
      [readTo, wellAt] = [now, now];
    } catch (error) {
      signal.throwIfAborted();
      if (now - wellAt > AWAY_MS) throw error;
    }
    const figures = { ...watch.figures(), sagas: NO_SAGAS, violations: [] };
    if (standsAlready(figures, { tolerance: request.tolerance, passing: cell.passing })) return;
  }
}

const NO_SAGAS = {
  variant: { ended: 0, compensated: 0, lost: 0 },
  control: { ended: 0, compensated: 0, lost: 0 },
};

function sayWhy(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function releaseSafely(ports: SweepPorts, faultId: string): Promise<FaultOutcome> {
  try {
    return await ports.release(faultId);
  } catch (error) {
    return { reverted: false, readBack: sayWhy(error), injections: 0 };
  }
}

function together(
  outcomes: readonly FaultOutcome[],
): Pick<CellResult, 'reverted' | 'readBack' | 'injections'> {
  return {
    reverted: outcomes.length === 0 ? null : outcomes.every(({ reverted }) => reverted),
    readBack: [...new Set(outcomes.map(({ readBack }) => readBack))].join('; '),
    injections: outcomes.reduce((sum, { injections }) => sum + injections, 0),
  };
}

function base(cell: SweepCell, startedAt: number, endedAt: number, { verdict, why }: Judged): CellResult {
  return {
    ...{
      cellId: cell.id,
      row: cell.row,
      column: cell.column,
      verdict,
      why,
      faultIds: [],
      startedAt,
      endedAt,
      injections: 0,
    },
    ...{ reverted: null, readBack: '', exampleTraceId: null, figures: null },
  };
}

function unmeasured(cell: SweepCell, startedAt: number, endedAt: number, why: string): CellResult {
  return base(cell, startedAt, endedAt, { verdict: 'inconclusive', why });
}
