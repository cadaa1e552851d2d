import { randomUUID } from 'node:crypto';
import { assertNever, StormglassError } from '@stormglass/agents/contract';
import type { Repeat, RepeatReport, RepeatRequest, RepeatState } from '@stormglass/chaos/contract';
import { afterRun, repeatResult, seedsOf } from '@stormglass/chaos/repeat';
import type { Log } from '../log.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';
import type { Runs } from './runs.ts';

const LISTED = 50;

interface Parts {
  state: State;
  time: Time;
  log: Log;
  runs: Runs;
}

interface Running {
  repeat: Repeat;
  /** The run that is going on; null between two. */
  runId: string | null;
  /** Why no other is to be begun; empty while nobody has asked for the end. */
  stopped: string;
  /** Aborts with that, or when the dashboard goes down. */
  over: AbortController;
  done: Promise<void>;
}

/** Runs one experiment with several seeds, one after the other. Its runs are runs as all others. */
export class Repeats {
  readonly #parts: Parts;
  #running: Running | null = null;
  #freed: () => void = () => undefined;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { repeats } = parts.state;
    for (const repeat of repeats.unfinished()) {
      const why = 'the dashboard ended while it ran';
      repeats.save({ ...repeat, state: 'interrupted', why, endedAt: parts.time.now() });
    }
  }

  /** Called when nothing is repeated any more. */
  onFree(listener: () => void): void {
    this.#freed = listener;
  }

  /** What is being repeated; null when nothing is. */
  get title(): string | null {
    return this.#running?.repeat.title ?? null;
  }

  /** Newest first. */
  list(): Repeat[] {
    return this.#parts.state.repeats.newest(LISTED);
  }

  /** With what its runs say together, so far. */
  report(id: string): RepeatReport {
    const { runs } = this.#parts;
    const repeat = this.#get(id);
    return {
      repeat,
      runs: repeat.runs.map(({ runId }) => runs.summary(runId)),
      result: repeatResult(repeat.runs.map(({ runId }) => runs.get(runId))),
    };
  }

  /** Resolves when the first run has begun: what is wrong with the request is said at once. */
  async start(request: RepeatRequest, who: string): Promise<Repeat> {
    if (this.#running) {
      throw new StormglassError(
        'run_in_progress',
        `${this.#running.repeat.title} is being repeated`,
        'Wait for its end, or stop it.',
      );
    }
    const { experimentId, unprotected } = request;
    const seeds = seedsOf(request);
    const seed = seeds[0] ?? 1;
    const running: Running = {
      repeat: {
        ...{ id: randomUUID(), experimentId, title: experimentId, seeds, unprotected, startedBy: who },
        ...{ startedAt: this.#parts.time.now(), endedAt: null, state: 'running', why: '', runs: [] },
      },
      ...{ runId: null, stopped: '', over: new AbortController(), done: Promise.resolve() },
    };
    // Taken before anything is waited for, or two would begin.
    this.#running = running;
    try {
      const run = await this.#parts.runs.start({ experimentId, seed, unprotected }, who);
      running.repeat = { ...running.repeat, title: run.experiment.title };
      this.#began(running, seed, run.id);
    } catch (error) {
      this.#running = null;
      throw error;
    }
    this.#audit(running.repeat, 'repeat.start', `seeds ${seeds.join(', ')}`);
    running.done = this.#drive(running);
    return running.repeat;
  }

  /** Aborts the run that is going on and begins no other; resolves when its faults are reverted. */
  async stop(id: string, who: string): Promise<Repeat> {
    const running = this.#running;
    if (running?.repeat.id !== id) {
      const { state } = this.#get(id);
      throw new StormglassError('conflict', `it is over: ${state}`, 'There is nothing to stop.');
    }
    running.stopped ||= `stopped by ${who}`;
    running.over.abort();
    // Its last run may have ended a moment ago.
    if (running.runId !== null) await this.#parts.runs.abort(running.runId, who).catch(ignoreConflict);
    await running.done;
    return this.#get(id);
  }

  /** The dashboard goes down; the run that is going on is ended by whoever has the runs. */
  close(): void {
    this.#closed = true;
    const running = this.#running;
    if (!running) return;
    this.#save(running, 'interrupted', 'the dashboard was stopped while it ran');
    running.over.abort();
  }

  #get(id: string): Repeat {
    const found = this.#running?.repeat.id === id ? this.#running.repeat : this.#parts.state.repeats.get(id);
    if (found) return found;
    throw new StormglassError('not_found', `there are no repeated runs ${id}`, 'See GET /api/repeats.');
  }

  async #drive(running: Running): Promise<void> {
    let why = '';
    try {
      why = await this.#runAll(running);
    } catch (error) {
      // A halt, for instance: no run can be begun.
      why = error instanceof Error ? error.message : String(error);
      this.#parts.log.warn({ err: error, repeat: running.repeat.id }, 'repeated runs ended early');
    }
    this.#running = null;
    if (this.#closed) return;
    this.#save(running, why === '' ? 'ended' : 'stopped', why);
    this.#audit(running.repeat, 'repeat.end', `${running.repeat.state}${why === '' ? '' : `: ${why}`}`);
    this.#freed();
  }

  /** Resolves with why it ended before its last seed; with nothing when it did not. */
  async #runAll(running: Running): Promise<string> {
    for (const seed of running.repeat.seeds) {
      for (let attempt = 1; ; attempt++) {
        const run = await this.#runOnce(running, seed);
        if (run === null) return running.stopped;
        const after = afterRun(run, attempt);
        if (after.next === 'stop') return running.stopped || after.why;
        if (after.next === 'go-on') break;
        if (after.next !== 'try-again') assertNever(after);
      }
    }
    return '';
  }

  /** One run from its begin, which for the first of all is behind us, to its end; null when no more is wanted. */
  async #runOnce(running: Running, seed: number) {
    const { runs } = this.#parts;
    while (running.runId === null) {
      await runs.idle(running.over.signal);
      if (running.over.signal.aborted) return null;
      const { experimentId, unprotected, startedBy } = running.repeat;
      const run = await runs.start({ experimentId, seed, unprotected }, startedBy).catch(unlessBusy);
      if (run === null) continue;
      this.#began(running, seed, run.id);
      // Who stopped it while the run was begun could not abort it.
      if (running.stopped !== '') await runs.abort(run.id, startedBy).catch(ignoreConflict);
    }
    const ended = await runs.whenEnded(running.runId);
    running.runId = null;
    return ended;
  }

  #began(running: Running, seed: number, runId: string): void {
    running.runId = runId;
    running.repeat = { ...running.repeat, runs: [...running.repeat.runs, { seed, runId }] };
    this.#parts.state.repeats.save(running.repeat);
  }

  #save(running: Running, state: RepeatState, why: string): void {
    running.repeat = { ...running.repeat, state, why, endedAt: this.#parts.time.now() };
    this.#parts.state.repeats.save(running.repeat);
  }

  #audit({ id, startedBy, experimentId }: Repeat, what: string, outcome: string): void {
    this.#parts.state.audit.add({ who: startedBy, what, subject: id, why: experimentId, outcome });
  }
}

/** Somebody else began a run in between: it is waited for. */
function unlessBusy(error: unknown): null {
  if (error instanceof StormglassError && error.code === 'run_in_progress') return null;
  throw error;
}

function ignoreConflict(error: unknown): void {
  if (!(error instanceof StormglassError && error.code === 'conflict')) throw error;
}
