import { randomUUID } from 'node:crypto';
import { StormglassError } from '@stormglass/agents/contract';
import type {
  CellResult,
  Shrink,
  Sweep,
  SweepHead,
  SweepPlan,
  SweepRequest,
  SweepStarted,
  SweepSummary,
} from '@stormglass/chaos/contract';
import { faultTitle } from '@stormglass/chaos/engine';
import { heatMap, planSweep, runSweep } from '@stormglass/chaos/sweep';
import type { Faults } from '../faults/faults.ts';
import type { Log } from '../log.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';
import type { Telemetry } from '../window/telemetry.ts';
import { exportOf, type SweepExport } from './exported.ts';
import { SweepMemory } from './memory.ts';
import { observe } from './observe.ts';
import { Occupation } from './occupation.ts';
import { sweepPorts } from './ports.ts';
import { refusalOf } from './refusal.ts';
import { shrinkCells } from './shrinking.ts';
import { planView, sweepView } from './view.ts';

const LISTED = 50;

export interface SweepParts {
  state: State;
  time: Time;
  log: Log;
  faults: Faults;
  telemetry: Telemetry;
  /** Throws while chaos is halted, or an experiment runs. */
  mayBegin: () => void;
}

/** Sweeps, one at a time: planned from the map, run cell by cell, kept, resumed. */
export class Sweeps {
  readonly #parts: SweepParts;
  readonly #occupation = new Occupation();
  readonly #memory: SweepMemory;
  /** Of the sweep that runs: milliseconds of its minutes that are spent. */
  #spent: (() => number) | null = null;
  #planRead: { id: string; plan: SweepPlan } | null = null;
  #closed = false;

  constructor(parts: SweepParts) {
    this.#parts = parts;
    const { sweeps } = parts.state;
    const earlier = sweeps.newest(LISTED);
    this.#memory = new SweepMemory(
      earlier.map(({ id }) => id),
      (id) => sweeps.results(id),
    );
    const why = 'the dashboard ended while it ran; its faults ended with their leases';
    for (const head of earlier) this.#interrupt(head, why);
  }

  /** Throws while a sweep runs: an experiment beside it would be judged by its faults. */
  refuseWhenRunning(): void {
    this.#occupation.refuse();
  }

  /** Resolves when none goes on, with the next one possibly begun at once. */
  idle(): Promise<void> {
    return this.#occupation.idle();
  }

  /** Told when another sweep, or an experiment, may begin. */
  onFree(listener: () => void): void {
    this.#occupation.onFree(listener);
  }

  /** What runs; null when nothing does. */
  get title(): string | null {
    const id = this.#occupation.holder;
    return id === null ? null : `the sweep ${id}`;
  }

  /** Newest first. */
  list(): SweepSummary[] {
    return this.#parts.state.sweeps.summaries(LISTED);
  }

  get(id: string): Sweep {
    const head = this.#head(id);
    const results = this.#parts.state.sweeps.results(id);
    const running = this.#occupation.cellsOf(id);
    return sweepView(head, { plan: this.#plan(id), results, running, known: this.#memory.known });
  }

  async plan(request: SweepRequest, signal: AbortSignal): Promise<SweepStarted> {
    const plan = await this.#planned(request, signal);
    return { sweep: null, ...planned(plan) };
  }

  async start(request: SweepRequest, who: string, signal: AbortSignal): Promise<SweepStarted> {
    this.#mayBegin();
    const id = randomUUID();
    const stop = this.#occupation.take(id);
    try {
      const plan = await this.#planned(request, signal);
      checkWorth(plan);
      const head: SweepHead = {
        ...{ id, request, cells: plan.cells.length, state: 'running', why: '', startedBy: who },
        ...{ startedAt: this.#parts.time.now(), endedAt: null, spentMs: 0, shrinks: [] },
      };
      this.#parts.state.sweeps.add(head, plan);
      this.#begin(head, stop, 'sweep.start', who);
      return { sweep: this.get(id), ...planned(plan) };
    } catch (error) {
      this.#occupation.leave();
      throw error;
    }
  }

  /** Goes on with the cells that have no result, those which ran when it ended among them. */
  resume(id: string, who: string): Sweep {
    const head = this.#head(id);
    this.#mayBegin();
    const { minutes, cellSeconds, settleSeconds } = head.request;
    if (head.state === 'ended' || minutes * 60_000 - head.spentMs < (cellSeconds + settleSeconds) * 1000) {
      throw new StormglassError(
        'conflict',
        head.state === 'ended' ? 'it has come to its end' : 'its minutes are spent',
        'Start another one; its proposals say with which cells.',
      );
    }
    const stop = this.#occupation.take(id);
    this.#begin({ ...head, state: 'running', why: '', endedAt: null }, stop, 'sweep.resume', who);
    return this.get(id);
  }

  /** Reverts what runs; resolves when that is read back. */
  async abort(id: string, who: string): Promise<Sweep> {
    const head = this.#head(id);
    if (!this.#occupation.holds(id)) {
      throw new StormglassError('conflict', `it does not run: ${head.state}`, 'There is nothing to stop.');
    }
    await this.#occupation.stop(`stopped by ${who}`);
    return this.get(id);
  }

  /** Chaos was halted. */
  halted(reason: string): void {
    this.#occupation.abort(`all chaos was stopped: ${reason}`);
  }

  /** The dashboard goes down; who has the faults releases them. */
  close(): void {
    this.#closed = true;
    const id = this.#occupation.holder;
    if (id === null) return;
    const why = 'the dashboard was stopped while it ran';
    this.#occupation.abort(why);
    // One that is still being planned is nothing yet.
    const head = this.#parts.state.sweeps.get(id);
    if (head) this.#interrupt(head, why);
  }

  /** A cell, or the smallest schedule of a shrink by its id, as a file. */
  exported(id: string, cell: string, as: SweepExport['as']): SweepExport {
    const head = this.#head(id);
    const results = this.#parts.state.sweeps.results(id);
    return exportOf({ head, plan: this.#plan(id), results }, cell, as);
  }

  /** Tries the faults of several cells at once, and then fewer and fewer of them; answers when it has begun. */
  shrink(id: string, cells: readonly string[], who: string): Sweep {
    const head = this.#head(id);
    this.#mayBegin();
    const stop = this.#occupation.take(id);
    const newId = randomUUID();
    const save = (next: SweepHead) => {
      if (!this.#closed) this.#parts.state.sweeps.save(next);
    };
    try {
      const quietSince = this.#quietSince();
      const task = {
        head,
        plan: this.#plan(id),
        cells,
        ports: this.#ports(id),
        quietSince,
        signal: stop,
        newId,
      };
      const work = shrinkCells(task, save);
      this.#audit(head, 'sweep.shrink', who, cells.join(', '));
      this.#occupation.run(
        work.then(() => this.#shrunk(id, newId, who)).catch((error: unknown) => this.#broken(id, error)),
      );
    } catch (error) {
      this.#occupation.leave();
      throw error;
    }
    return this.get(id);
  }

  /** What is usual is measured first, and with a fault on it would be what that fault makes of it. */
  #mayBegin(): void {
    this.#parts.mayBegin();
    this.#occupation.refuse();
    const armed = this.#parts.faults.list().find(({ endedAt }) => endedAt === null);
    if (armed === undefined) return;
    const message = `${faultTitle(armed.spec)} is armed by ${armed.owner}: nobody could say what is usual`;
    throw new StormglassError('conflict', message, 'Release it, or wait for its end.');
  }

  #begin(head: SweepHead, stop: AbortSignal, what: string, who: string): void {
    this.#parts.state.sweeps.save(head);
    this.#audit(head, what, who, `${head.cells} cells, ${head.request.minutes} minutes`);
    this.#occupation.run(this.#drive(head, stop).catch((error: unknown) => this.#broken(head.id, error)));
  }

  async #drive(begun: SweepHead, signal: AbortSignal): Promise<void> {
    const { state, time } = this.#parts;
    const { id, request } = begun;
    const plan = this.#plan(id);
    const done = new Set(state.sweeps.results(id).map(({ cellId }) => cellId));
    const startedAt = time.now();
    this.#spent = () => begun.spentMs + time.now() - startedAt;
    const task = {
      cells: plan.cells.filter((cell) => !done.has(cell.id)),
      ...{ request, ports: this.#ports(id), quietSince: this.#quietSince(), signal },
      leftMs: request.minutes * 60_000 - begun.spentMs,
    };
    for await (const event of runSweep(task)) {
      if (this.#closed) continue;
      if (event.type === 'began') {
        this.#occupation.began(event.cellId);
        this.#save(this.#head(id));
      }
      if (event.type === 'judged') {
        this.#occupation.over(event.result.cellId);
        this.#record(begun, event.result);
      }
      if (event.type === 'ended')
        this.#end(this.#head(id), event.why === '' ? 'ended' : 'stopped', event.why, begun.startedBy);
    }
  }

  #record(begun: SweepHead, result: CellResult): void {
    this.#parts.state.sweeps.addResult(begun.id, result);
    this.#memory.learn(begun.id, [result]);
    this.#save(this.#head(begun.id));
    const outcome = `${result.cellId}: ${result.verdict}, ${result.why}`;
    this.#audit(begun, 'sweep.cell', begun.startedBy, outcome);
  }

  /** With the time that is spent up to now, cells that were stopped included. */
  #save(head: SweepHead): void {
    this.#parts.state.sweeps.save({ ...head, spentMs: this.#spent?.() ?? head.spentMs });
  }

  #end(head: SweepHead, state: SweepHead['state'], why: string, who: string): void {
    this.#save({ ...head, state, why, endedAt: this.#parts.time.now() });
    this.#spent = null;
    this.#audit(head, 'sweep.end', who, `${state}${why === '' ? '' : `: ${why}`}`);
  }

  #shrunk(id: string, shrinkId: string, who: string): void {
    if (this.#closed) return;
    const head = this.#head(id);
    for (const one of head.shrinks) if (one.id === shrinkId) this.#auditShrink(head, one, who);
  }

  #auditShrink(head: SweepHead, { state, why, smallest }: Shrink, who: string): void {
    this.#audit(head, 'sweep.shrink-end', who, `${state}: ${smallest?.join(' and ') ?? why}`);
  }

  /** What of it goes on is over, by no will of anybody. */
  #interrupt(head: SweepHead, why: string): void {
    if (head.endedAt === null) this.#end(head, 'interrupted', why, 'hub');
    if (!head.shrinks.some(({ state }) => state === 'running')) return;
    const shrinks = head.shrinks.map((one) => {
      if (one.state !== 'running') return one;
      const over = { ...one, state: 'interrupted' as const, why };
      this.#auditShrink(head, over, 'hub');
      return over;
    });
    this.#parts.state.sweeps.save({ ...head, shrinks });
  }

  #broken(id: string, error: unknown): void {
    this.#parts.log.error({ err: error, sweep: id }, 'a sweep failed');
    if (this.#closed) return;
    const why = error instanceof Error ? error.message : String(error);
    this.#end(this.#head(id), 'stopped', why, 'hub');
  }

  async #planned(request: SweepRequest, signal: AbortSignal): Promise<SweepPlan> {
    const { telemetry, time, faults } = this.#parts;
    const observed = await observe(telemetry, time.now(), signal);
    const refusal = (spec: Parameters<Faults['resolve']>[0]) => refusalOf(spec, (one) => faults.resolve(one));
    return planSweep({ request, observed, known: this.#memory.known, refusal });
  }

  /** Read from the file once: who watches a sweep asks for it each second. */
  #plan(id: string): SweepPlan {
    if (this.#planRead?.id === id) return this.#planRead.plan;
    const plan = this.#parts.state.sweeps.plan(id);
    if (plan === null) throw unknownSweep(id);
    this.#planRead = { id, plan };
    return plan;
  }

  #ports(id: string) {
    return sweepPorts(this.#parts, `sweep ${id}`);
  }

  #quietSince(): number {
    return Math.max(0, ...this.#parts.faults.list().map(({ endedAt }) => endedAt ?? 0));
  }

  #head(id: string): SweepHead {
    const head = this.#parts.state.sweeps.get(id);
    if (head) return head;
    throw unknownSweep(id);
  }

  #audit({ id }: SweepHead, what: string, who: string, outcome: string): void {
    this.#parts.state.audit.add({ who, what, subject: id, why: '', outcome });
  }
}

function unknownSweep(id: string): StormglassError {
  return new StormglassError('not_found', `there is no sweep ${id}`, 'See GET /api/sweeps.');
}

function planned(plan: SweepPlan): Omit<SweepStarted, 'sweep'> {
  return { plan: planView(plan), heat: heatMap({ plan, results: [], running: [], state: 'running' }) };
}

function checkWorth({ cells, fitting, untested }: SweepPlan): void {
  if (cells.length === 0) {
    const reasons = [...new Set(untested.map(({ reason }) => reason))].join(', ');
    throw new StormglassError(
      'invalid_request',
      `no cell can be tried${reasons === '' ? '' : ` (${reasons})`}`,
      'Ask for the plan alone (`dry`): it lists each cell with the reason.',
    );
  }
  if (fitting === 0) {
    throw new StormglassError(
      'invalid_request',
      'not even one cell fits into the minutes',
      'Give more `minutes`, or fewer `cellSeconds`.',
    );
  }
}
