import { randomUUID } from 'node:crypto';
import { assertNever, type FaultInterval, StormglassError } from '@stormglass/agents/contract';
import type { Recovery, Run, RunEvent, RunSummary } from '@stormglass/chaos/contract';
import {
  type LoadedFolder,
  type RunExperiment,
  RunInterruption,
  type RunPorts,
} from '@stormglass/chaos/engine';
import type { Log } from '../log.ts';
import type { State } from '../state/index.ts';
import { sleep, type Time } from '../time.ts';
import { endInterrupted } from './interrupted.ts';

const LISTED = 100;
/** How long a stop of the dashboard waits for a run to release its faults; the leases end by themselves anyway. */
const STOP_PATIENCE_MS = 1_200;

interface Parts {
  state: State;
  time: Time;
  log: Log;
  ports: RunPorts;
  run: RunExperiment;
  loadExperiments: () => Promise<LoadedFolder>;
  /** What only the store knows of a run that is about to end; null when there is nothing to add. */
  complete: (run: Run) => Promise<Recovery | null>;
  /** Throws while chaos is halted, or a sweep runs. */
  mayBegin: () => void;
  /** Resolves when no sweep runs. */
  sweepsEnd: () => Promise<void>;
  /** Told of each change of a fault, until the answer is called. */
  faultEnds: (listener: (interval: FaultInterval) => void) => () => void;
}

/** What somebody asks for. */
interface StartRun extends HowToRun {
  experimentId: string;
}

interface HowToRun {
  seed?: number | undefined;
  unprotected?: boolean | undefined;
}

/** What is run: a file, or a text that is none and so is kept with the run. */
type Subject = Pick<Run, 'experimentId' | 'experiment' | 'source'>;

/** A run began, went on or ended; `listChanged` when its line in the list did. */
type RunListener = (run: Run, listChanged: boolean) => void;

interface Running {
  run: Run;
  stop: AbortController;
  done: Promise<void>;
}

/** Runs experiments, one at a time, and keeps what happened. */
export class Runs {
  readonly #parts: Parts;
  readonly #listeners: RunListener[] = [];
  #running: Running | null = null;
  /** Runs of an earlier life, until the ends of their faults are known. */
  readonly #interrupted = new Map<string, Run>();
  readonly #reverting: Promise<void>[] = [];

  readonly #closed = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const { id } of parts.state.runs.unfinished()) this.#closeInterrupted(id);
  }

  listen(listener: RunListener): void {
    this.#listeners.push(listener);
  }

  experiments(): Promise<LoadedFolder> {
    return this.#parts.loadExperiments();
  }

  /** Headers, newest first. */
  list(): RunSummary[] {
    return this.#parts.state.runs.newest(LISTED).map(summarize);
  }

  active(): Run[] {
    return [...this.#interrupted.values(), ...(this.#running ? [this.#running.run] : [])];
  }

  get(id: string): Run {
    const held = this.#running?.run.id === id ? this.#running.run : this.#interrupted.get(id);
    const run = held ?? this.#parts.state.runs.get(id);
    if (run) return run;
    throw new StormglassError('not_found', `there is no run ${id}`, 'See GET /api/runs.');
  }

  /** The line of a run in a list. */
  summary(id: string): RunSummary {
    return summarize(this.get(id));
  }

  /**
   * Resolves when no run and no sweep is going on, with the next one possibly begun by somebody else at once; or when the
   * signal aborts.
   */
  async idle(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise: enough, resolve } = Promise.withResolvers<void>();
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    const all = Promise.all([...this.#reverting, this.#running?.done, this.#parts.sweepsEnd()]);
    await Promise.race([all, enough]);
    signal.removeEventListener('abort', stop);
  }

  /** The run when it has its verdict. */
  async whenEnded(id: string): Promise<Run> {
    if (this.#running?.run.id === id) await this.#running.done;
    return this.get(id);
  }

  refuseWhenRunning(): void {
    if (this.#running) {
      throw new StormglassError(
        'run_in_progress',
        `${this.#running.run.experiment.title} is running`,
        'Wait for its end, or abort it.',
      );
    }
    const [reverting] = this.#interrupted.values();
    if (reverting) {
      throw new StormglassError(
        'run_in_progress',
        `${reverting.experiment.title} was interrupted by the end of the dashboard and is being reverted`,
        'Try again in ten seconds.',
      );
    }
  }

  /** Throws what a start would throw now: halted, or something else is running. */
  refuseStart(): void {
    this.#parts.mayBegin();
    this.refuseWhenRunning();
  }

  async start({ experimentId, ...how }: StartRun, who: string): Promise<Run> {
    const folder = await this.#parts.loadExperiments();
    // Not before the wait: another may have begun, or chaos been halted, in it.
    this.refuseStart();
    const found = folder.experiments.find((experiment) => experiment.id === experimentId);
    if (!found) throw unknownExperiment(experimentId, folder);
    return this.#begin({ experimentId, experiment: found.spec }, how, who);
  }

  /** Runs what is no file. */
  startDraft(subject: Subject, how: HowToRun, who: string): Run {
    this.refuseStart();
    return this.#begin(subject, how, who);
  }

  #begin(subject: Subject, { seed, unprotected = false }: HowToRun, who: string): Run {
    const { title, ablations } = subject.experiment;
    if (unprotected && ablations.length === 0) {
      throw new StormglassError(
        'invalid_request',
        `${title} names no protection to go without`,
        'Run it as it is, or add `ablations` to it.',
      );
    }
    const run = { ...this.#newRun(subject, who), seed: seed ?? 1, unprotected };
    const stop = new AbortController();
    this.#parts.state.runs.save(run);
    this.#audit(run, who, 'run.start', `seed ${run.seed}${unprotected ? ', unprotected' : ''}`);
    const running: Running = { run, stop, done: Promise.resolve() };
    this.#running = running;
    running.done = this.#drive(running);
    this.#tell(run, true);
    return run;
  }

  /** Ends the run and resolves when its faults are reverted and its verdict stands. */
  async abort(id: string, who: string): Promise<Run> {
    const running = this.#running;
    if (running?.run.id !== id) {
      const run = this.get(id);
      throw new StormglassError(
        'conflict',
        `the run has ended: ${run.verdict}`,
        'There is nothing to abort.',
      );
    }
    running.stop.abort(new Error(`aborted by ${who}`));
    await running.done;
    return this.get(id);
  }

  /** Chaos was halted: a run cannot go on. */
  halted(reason: string): void {
    this.#running?.stop.abort(new Error(`all chaos was stopped: ${reason}`));
  }

  /** The dashboard goes down: the run is marked interrupted, its faults released as far as time allows. */
  async close(): Promise<void> {
    this.#closed.abort();
    const running = this.#running;
    if (!running) return;
    running.stop.abort(new RunInterruption('the dashboard was stopped while the experiment ran'));
    const late = new AbortController();
    await Promise.race([running.done, sleep(this.#parts.time, STOP_PATIENCE_MS, late.signal)]);
    late.abort();
  }

  async #drive(running: Running): Promise<void> {
    const { time, run: runExperiment, ports, log } = this.#parts;
    const { run, stop } = running;
    try {
      const events = runExperiment({
        spec: run.experiment,
        runId: run.id,
        seed: run.seed,
        unprotected: run.unprotected,
        ports,
        clock: { now: () => time.now(), sleep: (ms, signal) => sleep(time, ms, signal) },
        signal: stop.signal,
      });
      for await (const event of events) {
        if (event.type === 'ended') await this.#complete(running, event.at);
        this.#record(running, event);
      }
      if (running.run.verdict === null) this.#fail(running, 'the engine ended without a verdict');
    } catch (error) {
      log.error({ err: error, run: run.id }, 'run failed');
      this.#fail(running, error instanceof Error ? error.message : String(error));
    } finally {
      if (this.#running === running) this.#running = null;
      this.#audit(
        running.run,
        running.run.startedBy,
        'run.end',
        `${running.run.verdict}: ${running.run.why}`,
      );
      this.#tell(running.run, true);
    }
  }

  /** Before the verdict, after which nobody looks for another figure. A dashboard that goes down has no time for it. */
  async #complete(running: Running, at: number): Promise<void> {
    if (running.stop.signal.reason instanceof RunInterruption) return;
    const recovery = await this.#parts.complete(running.run);
    if (recovery !== null) this.#record(running, { type: 'measured', at, recovery });
  }

  #fail(running: Running, why: string): void {
    const at = this.#parts.time.now();
    this.#record(running, { type: 'ended', at, verdict: 'interrupted', why });
  }

  #record(running: Running, event: RunEvent): void {
    const { runs } = this.#parts.state;
    const before = running.run;
    running.run = apply(before, event);
    // `measured` replaces itself in the header; the others are the journal.
    if (event.type !== 'measured') runs.addEvent(before.id, before.events.length, event);
    if (event.type === 'measured' || event.type === 'phase' || event.type === 'ended') runs.save(running.run);
    this.#tell(running.run, event.type === 'phase' || event.type === 'ended');
  }

  #tell(run: Run, listChanged: boolean): void {
    for (const listener of this.#listeners) listener(run, listChanged);
  }

  #newRun(subject: Subject, who: string): Omit<Run, 'seed' | 'unprotected'> {
    return {
      id: randomUUID(),
      ...subject,
      startedBy: who,
      startedAt: this.#parts.time.now(),
      endedAt: null,
      phase: 'steady-before',
      verdict: null,
      why: '',
      events: [],
      recovery: null,
    };
  }

  #closeInterrupted(id: string): void {
    const { state, ports, log } = this.#parts;
    const unfinished = state.runs.get(id);
    if (!unfinished) return;
    this.#interrupted.set(id, unfinished);
    const record = (run: Run, event: RunEvent): Run => {
      if (this.#closed.signal.aborted) return run;
      const next = apply(run, event);
      this.#interrupted.set(id, next);
      state.runs.addEvent(id, run.events.length, event);
      state.runs.save(next);
      this.#tell(next, true);
      return next;
    };
    const done = endInterrupted(
      { ...this.#parts, protect: ports.protect, record, signal: this.#closed.signal },
      unfinished,
    )
      .then((run) => {
        if (this.#closed.signal.aborted) return;
        this.#interrupted.delete(id);
        this.#audit(run, 'hub', 'run.end', `${run.verdict}: ${run.why}`);
        this.#tell(run, true);
      })
      .catch((error: unknown) => {
        log.error({ err: error, run: id }, 'an interrupted run was not looked after');
        const why = `the dashboard ended while the experiment ran; its faults ended with their leases: ${error}`;
        record(this.get(id), { type: 'ended', at: this.#parts.time.now(), verdict: 'interrupted', why });
        this.#interrupted.delete(id);
      });
    this.#reverting.push(done);
  }

  #audit(run: Run, who: string, what: string, outcome: string): void {
    this.#parts.state.audit.add({ who, what, subject: run.id, why: run.experiment.title, outcome });
  }
}

/** The run after one more event. */
function apply(run: Run, event: RunEvent): Run {
  switch (event.type) {
    case 'measured':
      return { ...run, recovery: event.recovery };
    case 'phase':
      return { ...run, phase: event.phase, events: [...run.events, event] };
    case 'ended':
      return {
        ...run,
        phase: 'ended',
        endedAt: event.at,
        verdict: event.verdict,
        why: event.why,
        events: [...run.events, event],
      };
    case 'activity-started':
    case 'activity-ended':
    case 'fault-armed':
    case 'fault-ended':
    case 'guard':
      return { ...run, events: [...run.events, event] };
    default:
      return assertNever(event);
  }
}

function summarize(run: Omit<Run, 'events'>): RunSummary {
  const { id, experimentId, seed, unprotected, startedBy, startedAt, endedAt, phase, verdict, why } = run;
  return {
    id,
    experimentId,
    seed,
    unprotected,
    startedBy,
    startedAt,
    endedAt,
    phase,
    verdict,
    why,
    title: run.experiment.title,
  };
}

function unknownExperiment(id: string, folder: LoadedFolder): StormglassError {
  const refused = folder.refused.find((file) => file.id === id);
  return (
    refused?.error ??
    new StormglassError('not_found', `there is no experiment ${id}`, 'See GET /api/experiments.')
  );
}
