import { randomUUID } from 'node:crypto';
import { assertNever, StormglassError } from '@stormglass/agents/contract';
import type { GameDay, GameDayPlan, GameDayReport, GameDayStep, Verdict } from '@stormglass/chaos/contract';
import type { LoadedGameDays } from '@stormglass/chaos/gameday';
import type { Log } from '../log.ts';
import type { Runs } from '../runs/runs.ts';
import type { State } from '../state/index.ts';
import { sleep, type Time } from '../time.ts';

const LISTED = 50;

interface Parts {
  state: State;
  time: Time;
  log: Log;
  runs: Runs;
  /** Those that are files. */
  loadPlans: () => Promise<LoadedGameDays>;
}

interface Running {
  gameday: GameDay;
  /** Aborts when somebody stops it, or the dashboard goes down; its reason is why. */
  stop: AbortController;
  /** Ends the step that waits for a person, or a pause. */
  goOn: () => void;
  runId: string | null;
  done: Promise<void>;
}

/** Plays game days, one at a time: experiments in order, pauses, questions, and what people write meanwhile. */
export class GameDays {
  readonly #parts: Parts;
  #running: Running | null = null;
  #freed: () => void = () => undefined;
  #changed: () => void = () => undefined;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { gamedays } = parts.state;
    for (const gameday of gamedays.unfinished()) {
      const why = 'the dashboard ended while it ran';
      gamedays.save({ ...gameday, state: 'interrupted', why, endedAt: parts.time.now() });
    }
  }

  /** Called when none is played any more. */
  onFree(listener: () => void): void {
    this.#freed = listener;
  }

  /** Called when the one that is played begins, goes on or ends. */
  listen(listener: () => void): void {
    this.#changed = listener;
  }

  /** Null when nothing is played. */
  get played(): GameDay | null {
    return this.#running?.gameday ?? null;
  }

  /** Those that can be started by their files. */
  plans(): Promise<LoadedGameDays> {
    return this.#parts.loadPlans();
  }

  /** Newest first. */
  list(): GameDay[] {
    return this.#parts.state.gamedays.newest(LISTED);
  }

  report(id: string): GameDayReport {
    const gameday = this.#get(id);
    const ids = gameday.done.flatMap(({ runId }) => (runId === null ? [] : [runId]));
    return { gameday, runs: ids.map((runId) => this.#parts.runs.get(runId)) };
  }

  /** Every experiment must be there before the first begins. */
  async start(plan: GameDayPlan, who: string): Promise<GameDay> {
    this.#refuseSecond();
    const { experiments } = await this.#parts.runs.experiments();
    const missing = plan.steps.find(
      (step) => step.type === 'experiment' && !experiments.some(({ id }) => id === step.id),
    );
    if (missing?.type === 'experiment') {
      throw new StormglassError(
        'not_found',
        `there is no experiment ${missing.id}`,
        'See GET /api/experiments.',
      );
    }
    this.#refuseSecond();
    const { time, state } = this.#parts;
    const running: Running = {
      gameday: {
        ...{ id: randomUUID(), plan, startedBy: who, startedAt: time.now(), endedAt: null },
        ...{ state: 'running', why: '', done: [], notes: [] },
      },
      ...{ stop: new AbortController(), goOn: () => undefined, runId: null, done: Promise.resolve() },
    };
    this.#running = running;
    state.gamedays.save(running.gameday);
    this.#audit(running.gameday, who, 'gameday.start', `${plan.steps.length} steps`);
    this.#changed();
    running.done = this.#play(running);
    return running.gameday;
  }

  /** Written down with the step that is going on. */
  note(id: string, text: string, who: string): GameDay {
    const running = this.#goingOn(id);
    const { notes, done } = running.gameday;
    const note = { at: this.#parts.time.now(), by: who, step: Math.max(0, done.length - 1), text };
    return this.#save(running, { notes: [...notes, note] });
  }

  /** Ends a question or a pause before its time. */
  goOn(id: string, who: string): GameDay {
    const running = this.#goingOn(id);
    const step = running.gameday.plan.steps[running.gameday.done.length - 1];
    if (step === undefined || step.type === 'experiment') {
      throw new StormglassError('conflict', 'an experiment is running', 'Wait for its end, or abort it.');
    }
    this.#audit(running.gameday, who, 'gameday.go-on', `step ${running.gameday.done.length}`);
    running.goOn();
    return running.gameday;
  }

  /** Aborts the run that is going on and begins no other step. */
  async stop(id: string, who: string): Promise<GameDay> {
    const running = this.#goingOn(id);
    this.#audit(running.gameday, who, 'gameday.stop', `step ${running.gameday.done.length}`);
    running.stop.abort(new Error(`stopped by ${who}`));
    if (running.runId !== null) await this.#parts.runs.abort(running.runId, who).catch(unlessOver);
    await running.done;
    return this.#get(id);
  }

  /** Chaos was halted: nothing is to begin by itself when it is allowed again. */
  halted(reason: string): void {
    this.#running?.stop.abort(new Error(`all chaos was stopped: ${reason}`));
  }

  /** The dashboard goes down; the run that is going on is ended by whoever has the runs. */
  close(): void {
    this.#closed = true;
    const running = this.#running;
    if (!running) return;
    this.#end(running, 'interrupted', 'the dashboard was stopped while it ran');
    running.stop.abort(new Error('the dashboard was stopped'));
  }

  #refuseSecond(): void {
    if (!this.#running) return;
    const message = `${this.#running.gameday.plan.title} is being played`;
    throw new StormglassError('run_in_progress', message, 'Wait for its end, or stop it.');
  }

  #goingOn(id: string): Running {
    if (this.#running?.gameday.id === id) return this.#running;
    throw new StormglassError('conflict', `it is over: ${this.#get(id).state}`, 'Start another.');
  }

  #get(id: string): GameDay {
    const found =
      this.#running?.gameday.id === id ? this.#running.gameday : this.#parts.state.gamedays.get(id);
    if (found) return found;
    throw new StormglassError('not_found', `there is no game day ${id}`, 'See GET /api/gamedays.');
  }

  async #play(running: Running): Promise<void> {
    let why = '';
    try {
      why = await this.#steps(running);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
      this.#parts.log.warn({ err: error, gameday: running.gameday.id }, 'a game day ended early');
    }
    if (this.#closed) return;
    this.#end(running, why === '' ? 'ended' : 'stopped', why);
    this.#running = null;
    this.#changed();
    this.#freed();
  }

  /** Resolves with why it ended before its last step; with nothing when it did not. */
  async #steps(running: Running): Promise<string> {
    const { signal } = running.stop;
    for (const step of running.gameday.plan.steps) {
      if (signal.aborted) return wordsOf(signal);
      const begun = { startedAt: this.#parts.time.now(), endedAt: null, runId: null, verdict: null };
      this.#save(running, { done: [...running.gameday.done, begun] });
      const verdict = await this.#step(running, step);
      if (this.#closed) return '';
      this.#finish(running, { endedAt: this.#parts.time.now(), verdict });
      if (signal.aborted) return wordsOf(signal);
      if (verdict === null || !running.gameday.plan.stop_on.includes(verdict)) continue;
      return `the verdict of step ${running.gameday.done.length} was ${verdict}`;
    }
    return '';
  }

  async #step(running: Running, step: GameDayStep): Promise<Verdict | null> {
    switch (step.type) {
      case 'experiment':
        return this.#experiment(running, step);
      case 'pause':
        await this.#wait(running, step.seconds * 1000);
        return null;
      case 'ask':
        await this.#wait(running, null);
        return null;
      default:
        return assertNever(step);
    }
  }

  async #experiment(
    running: Running,
    { id, seed, unprotected }: Extract<GameDayStep, { type: 'experiment' }>,
  ): Promise<Verdict | null> {
    const { runs } = this.#parts;
    const who = `game day ${running.gameday.plan.title}`;
    for (;;) {
      await runs.idle(running.stop.signal);
      if (running.stop.signal.aborted) return null;
      const run = await runs.start({ experimentId: id, seed, unprotected }, who).catch(unlessBusy);
      if (run === null) continue;
      running.runId = run.id;
      this.#finish(running, { runId: run.id });
      // Who stopped it while the run was begun could not abort it.
      if (running.stop.signal.aborted) await runs.abort(run.id, who).catch(unlessOver);
      const { verdict } = await runs.whenEnded(run.id);
      running.runId = null;
      return verdict;
    }
  }

  /** Until somebody goes on, it is stopped, or the time is over; null waits as long as it takes. */
  async #wait(running: Running, ms: number | null): Promise<void> {
    const enough = new AbortController();
    running.goOn = () => enough.abort();
    const signal = AbortSignal.any([enough.signal, running.stop.signal]);
    if (ms !== null) return sleep(this.#parts.time, ms, signal);
    if (signal.aborted) return;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }

  #finish(running: Running, change: Partial<GameDay['done'][number]>): void {
    const { done } = running.gameday;
    const last = done.at(-1);
    if (last) this.#save(running, { done: done.with(-1, { ...last, ...change }) });
  }

  #end(running: Running, state: GameDay['state'], why: string): void {
    this.#save(running, { state, why, endedAt: this.#parts.time.now() });
    this.#audit(
      running.gameday,
      running.gameday.startedBy,
      'gameday.end',
      `${state}${why === '' ? '' : `: ${why}`}`,
    );
  }

  #save(running: Running, change: Partial<GameDay>): GameDay {
    running.gameday = { ...running.gameday, ...change };
    this.#parts.state.gamedays.save(running.gameday);
    this.#changed();
    return running.gameday;
  }

  #audit({ id, plan }: GameDay, who: string, what: string, outcome: string): void {
    this.#parts.state.audit.add({ who, what, subject: id, why: plan.title, outcome });
  }
}

const wordsOf = ({ reason }: AbortSignal): string =>
  reason instanceof Error ? reason.message : String(reason);

/** Somebody else began a run in between: it is waited for. */
function unlessBusy(error: unknown): null {
  if (error instanceof StormglassError && error.code === 'run_in_progress') return null;
  throw error;
}

/** The run may have ended a moment ago. */
function unlessOver(error: unknown): void {
  if (!(error instanceof StormglassError && error.code === 'conflict')) throw error;
}
