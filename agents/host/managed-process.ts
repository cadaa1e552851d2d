import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessEvent, StormglassError } from '../contract/index.ts';
import { type Guard, spawnGuard } from './guard.ts';
import { type Leashed, spawnLeashed } from './leashed.ts';
import { ProcessLog } from './process-log.ts';
import type { ProcessSpec } from './process-spec.ts';

const READY_EVERY_MS = 100;
/** Failed starts in a row after which the first `start()` gives up; later ones are retried for ever. */
const FIRST_START_TRIES = 3;

interface Run {
  child: ChildProcess;
  pid: number;
  exited: Promise<Exit>;
  guard: Guard | null;
  /** Its ready check has passed once. */
  ready: boolean;
}
/** Somebody who waits for a process that exists, or for one whose ready check has passed. */
interface Waiter {
  until: 'running' | 'healthy';
  resolve: () => void;
  reject: (error: Error) => void;
}
interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Where a process is in its life; data that only one state has lives in that state. */
export type ProcessState =
  | { kind: 'idle' }
  | { kind: 'starting'; pid: number }
  | { kind: 'healthy'; pid: number; since: number }
  | { kind: 'paused'; pid: number; guard: Guard }
  | { kind: 'waiting'; restartAt: number }
  | { kind: 'stopped' };

export interface ManagedProcessOptions {
  logDir: string;
  onEvent: (event: ProcessEvent) => void;
  /** Milliseconds to wait before the n-th restart in a row (n >= 1). */
  backoffMs: (failures: number) => number;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Keeps one program running: restarts it when it ends unexpectedly, ends it when told to. */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  readonly #options: ManagedProcessOptions;
  readonly #log: ProcessLog;
  readonly #stop = new AbortController();
  readonly #waiters = new Set<Waiter>();
  #state: ProcessState = { kind: 'idle' };
  #run: Run | null = null;
  #loop: Promise<void> | null = null;
  #failures = 0;
  #everHealthy = false;
  /** Set by whoever ends the process on purpose, read when it has ended. */
  #planned: { restartAfterMs: number; how: 'killed' | 'exited' } | null = null;
  #waiting: AbortController | null = null;

  constructor(spec: ProcessSpec, options: ManagedProcessOptions) {
    this.spec = spec;
    this.#options = options;
    this.#log = new ProcessLog(`${options.logDir}/${spec.name}.log`);
  }

  get state(): ProcessState {
    return this.#state;
  }

  get pid(): number | null {
    return this.#run?.pid ?? null;
  }

  /** Starts it and resolves when it is healthy. */
  start(): Promise<void> {
    this.#loop ??= this.#live();
    return this.whenHealthy();
  }

  /** Resolves at once when it is healthy, else at the next time it is; rejects when it is given up or stopped. */
  whenHealthy(): Promise<void> {
    return this.#state.kind === 'healthy' ? Promise.resolve() : this.#when('healthy');
  }

  /** Resolves as soon as there is a process, healthy or not; rejects as `whenHealthy` does. */
  whenRunning(): Promise<void> {
    return 'pid' in this.#state ? Promise.resolve() : this.#when('running');
  }

  /** Ends it with `signal`; it comes back after `restartAfterMs`. Answers the pid that was hit. */
  end(signal: 'SIGKILL' | 'SIGTERM', restartAfterMs: number): number {
    const run = this.#running();
    this.#planned = { restartAfterMs, how: signal === 'SIGKILL' ? 'killed' : 'exited' };
    this.#unpause();
    if (signal === 'SIGKILL') run.child.kill(signal);
    else void this.#endRun();
    this.#state = { kind: 'waiting', restartAt: this.#options.now() + restartAfterMs };
    return run.pid;
  }

  /** Comes back at once instead of when its time is up. */
  restartNow(): void {
    this.#waiting?.abort();
    if (this.#planned !== null) this.#planned.restartAfterMs = 0;
  }

  /** SIGSTOP. Should the launcher die meanwhile, a guard sends SIGCONT. Answers the pid that was hit. */
  pause(): number {
    const run = this.#running();
    if (this.#state.kind === 'paused') return run.pid;
    run.child.kill('SIGSTOP');
    this.#state = { kind: 'paused', pid: run.pid, guard: spawnGuard(`kill -CONT ${run.pid}`) };
    this.#emit(run.pid, 'paused', 'SIGSTOP');
    return run.pid;
  }

  /** SIGCONT; nothing when it is not paused. */
  resume(): void {
    const run = this.#run;
    if (run === null || this.#state.kind !== 'paused') return;
    this.#unpause();
    // One that was stopped while it started still has its ready check to pass.
    if (run.ready) this.#becomeHealthy(run.pid, 'resumed', 'SIGCONT');
    else this.#emit(run.pid, 'resumed', 'SIGCONT');
  }

  /** Ends it for good, gracefully first. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#unpause();
    await this.#endRun();
    await this.#loop;
    this.#state = { kind: 'stopped' };
    this.#reject(this.#stoppedError());
    this.#log.close();
  }

  /** Ends it at once, without a word; for the second Ctrl-C. */
  killNow(): void {
    this.#stop.abort();
    this.#run?.child.kill('SIGKILL');
  }

  async #live(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#once();
      } catch (error) {
        this.#failures++;
        if (!this.#everHealthy && this.#failures >= FIRST_START_TRIES) this.#giveUp(error);
      }
      if (this.#stop.signal.aborted) return;
      const delay = this.#planned?.restartAfterMs ?? this.#options.backoffMs(Math.max(1, this.#failures));
      this.#planned = null;
      this.#state = { kind: 'waiting', restartAt: this.#options.now() + delay };
      await this.#wait(delay);
    }
  }

  async #wait(ms: number): Promise<void> {
    this.#waiting = new AbortController();
    const signal = AbortSignal.any([this.#waiting.signal, this.#stop.signal]);
    await sleep(ms, undefined, { signal }).catch(ignoreAbort);
    this.#waiting = null;
  }

  /** One life, from spawn to exit. Rejects when it ended before it was ever ready. */
  async #once(): Promise<void> {
    await this.spec.beforeStart?.();
    if (this.#stop.signal.aborted) return;
    const run = this.#spawn();
    this.#run = run;
    const ready = await Promise.race([this.#untilReady(run), run.exited.then(() => false)]);
    run.ready = ready;
    if (ready && this.#run === run && this.#state.kind === 'starting') {
      this.#failures = 0;
      this.#everHealthy = true;
      this.#becomeHealthy(run.pid, 'healthy', '');
    }
    const exit = await run.exited;
    this.#ended(run, exit);
    if (!ready && this.#planned === null && !this.#stop.signal.aborted) throw this.#startError(exit);
  }

  #spawn(): Run {
    this.#log.beginRun();
    const { child, guard } = this.#spawnChild();
    const { pid } = child;
    if (pid === undefined) throw this.#spawnError(child);
    child.stdin?.on('error', () => child.stdin?.destroy());
    const exited = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal }));
    this.#state = { kind: 'starting', pid };
    this.#emit(pid, this.#everHealthy ? 'restarted' : 'started', '');
    this.#release('running');
    return { child, pid, exited, guard, ready: false };
  }

  #spawnChild(): Leashed {
    const { command, args, cwd, uid, gid, env, onLauncherDeath } = this.spec;
    const user = { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
    const options: SpawnOptions = { cwd, env: { NODE_ENV: 'production', ...env }, ...user };
    const { fd } = this.#log;
    if (onLauncherDeath !== undefined) {
      return spawnLeashed(command, args, { ...options, stdout: fd, stderr: fd }, onLauncherDeath);
    }
    // The launcher never writes to stdin: its end is the lifeline. A session of its own: Ctrl-C in the terminal reaches
    // the launcher alone, which then stops us in order.
    const child = spawn(command, args, { ...options, stdio: ['pipe', fd, fd], detached: true });
    return { child, guard: null };
  }

  async #untilReady(run: Run): Promise<boolean> {
    const deadline = this.#options.now() + this.spec.startWithinMs;
    while (run.child.exitCode === null && run.child.signalCode === null) {
      // "Not yet" is what a refused connection means here.
      if (await this.spec.ready().catch(() => false)) return true;
      if (this.#options.now() > deadline) {
        run.child.kill('SIGKILL');
        return false;
      }
      await sleep(READY_EVERY_MS);
    }
    return false;
  }

  #ended(run: Run, exit: Exit): void {
    run.guard?.dispose();
    run.child.stdin?.destroy();
    if (this.#state.kind === 'paused') this.#state.guard.dispose();
    this.#run = null;
    const how = this.#planned?.how ?? (exit.signal === 'SIGKILL' ? 'killed' : 'exited');
    this.#emit(run.pid, how, exit.signal ?? `exit code ${exit.code}`);
  }

  #becomeHealthy(pid: number, event: 'healthy' | 'resumed', detail: string): void {
    this.#state = { kind: 'healthy', pid, since: this.#options.now() };
    this.#emit(pid, event, detail);
    this.#release('healthy');
  }

  #when(until: Waiter['until']): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.reject(this.#stoppedError());
    return new Promise((resolve, reject) => this.#waiters.add({ until, resolve, reject }));
  }

  #release(reached: Waiter['until']): void {
    for (const waiter of this.#waiters) {
      if (waiter.until !== reached) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  #unpause(): void {
    if (this.#state.kind !== 'paused') return;
    this.#state.guard.dispose();
    this.#run?.child.kill('SIGCONT');
    this.#state = { kind: 'starting', pid: this.#state.pid };
  }

  async #endRun(): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    run.child.kill(this.spec.stopSignal);
    const force = setTimeout(() => run.child.kill('SIGKILL'), this.spec.stopWithinMs);
    await run.exited;
    clearTimeout(force);
  }

  #giveUp(cause: unknown): void {
    this.#stop.abort();
    this.#state = { kind: 'stopped' };
    this.#reject(cause instanceof Error ? cause : new Error(String(cause)));
  }

  #reject(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }

  #running(): Run {
    if (this.#run === null) {
      throw new StormglassError('target_absent', `${this.spec.name} does not run`, 'wait until it is back');
    }
    return this.#run;
  }

  #emit(pid: number, state: ProcessEvent['state'], detail: string): void {
    const { service, instance } = this.spec;
    this.#options.onEvent({ at: this.#options.now(), service, instance, pid, state, detail });
  }

  #stoppedError(): StormglassError {
    return new StormglassError('target_absent', `${this.spec.name} was stopped`, 'start it again');
  }

  #spawnError(child: ChildProcess): StormglassError {
    const error = new StormglassError(
      'internal',
      `${this.spec.command} cannot be run`,
      'check that it exists and may be executed by this user',
    );
    child.once('error', (cause) => {
      error.cause = cause;
    });
    return error;
  }

  #startError(exit: Exit): StormglassError {
    const how = exit.signal ?? `exit code ${exit.code}`;
    const lines = this.#log.tail(8);
    return new StormglassError(
      'internal',
      `${this.spec.name} did not start (${how}); ${lines === '' ? 'it wrote nothing' : `its last lines:\n${lines}`}`,
      `read ${this.#log.path}`,
    );
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
