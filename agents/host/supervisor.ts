import { type ProcessEvent, StormglassError } from '../contract/index.ts';
import { ManagedProcess, type ManagedProcessOptions } from './managed-process.ts';
import type { ProcessSpec } from './process-spec.ts';

export interface SupervisorOptions extends Partial<ManagedProcessOptions> {
  /** Folder of the log files, one for each process. */
  logDir: string;
  onEvent: (event: ProcessEvent) => void;
}

/** 200 ms, doubled with each failure in a row, at most 5 s: a service that cannot live must not eat a core. */
const defaultBackoff = (failures: number): number => Math.min(5_000, 200 * 2 ** (failures - 1));

/** The process table: starts, restarts, hurts and ends the processes of one installation. */
export class Supervisor {
  readonly #processes = new Map<string, ManagedProcess>();
  readonly #options: ManagedProcessOptions;

  constructor(options: SupervisorOptions) {
    this.#options = { backoffMs: defaultBackoff, now: Date.now, ...options };
  }

  /** Adds a row and starts it; resolves when it is healthy, rejects when it cannot be started. */
  start(spec: ProcessSpec): Promise<void> {
    if (this.#processes.has(spec.name)) {
      throw new StormglassError('conflict', `${spec.name} is in the table already`, 'use another name');
    }
    const managed = new ManagedProcess(spec, this.#options);
    this.#processes.set(spec.name, managed);
    return managed.start();
  }

  /** The row by name; `target_absent` when there is none. */
  get(name: string): ManagedProcess {
    const managed = this.#processes.get(name);
    if (managed === undefined) {
      throw new StormglassError('target_absent', `no process ${name}`, `one of ${this.names().join(', ')}`);
    }
    return managed;
  }

  /** Rows of a service, of one instance if it is given. */
  ofService(service: string, instance?: string): ManagedProcess[] {
    return [...this.#processes.values()].filter(
      ({ spec }) => spec.service === service && (instance === undefined || spec.instance === instance),
    );
  }

  names(): string[] {
    return [...this.#processes.keys()];
  }

  /** Graceful end and start again; resolves when it is healthy. */
  async restart(name: string): Promise<void> {
    const managed = this.get(name);
    managed.end('SIGTERM', 0);
    await managed.whenHealthy();
  }

  /** Stops these rows at the same time, gracefully. */
  async stop(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#processes.get(name)?.stop()));
    for (const name of names) this.#processes.delete(name);
  }

  /** SIGKILL to everything, without waiting. */
  killNow(): void {
    for (const managed of this.#processes.values()) managed.killNow();
  }
}
