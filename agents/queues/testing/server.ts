import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProcessSpec, Supervisor } from '../../host/index.ts';

/** What a server's folder and name are to its processes. */
export type Plan = (folder: string) => ServerProcess[];
export type ServerProcess = Pick<ProcessSpec, 'name' | 'command' | 'args' | 'env' | 'ready'>;

/** A real broker in a temporary folder: not running until told to, on a port that stays the same over restarts. */
export class TestServer {
  /** For BROKER_URL. */
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'broker-'));
  readonly #supervisor: Supervisor;
  readonly #plan: ServerProcess[];

  /** The last of the planned processes is the broker itself. */
  constructor(url: string, plan: Plan) {
    this.url = url;
    this.#plan = plan(this.#folder);
    this.#supervisor = new Supervisor({ logDir: join(this.#folder, 'logs'), onEvent: () => undefined });
  }

  async start(): Promise<void> {
    for (const { name, ...rest } of this.#plan) {
      await this.#supervisor.start({
        ...rest,
        name,
        service: name,
        instance: `${name}-1`,
        cwd: this.#folder,
        stopSignal: 'SIGTERM',
        stopWithinMs: 8_000,
        startWithinMs: 90_000,
        onLauncherDeath: (pid) => `kill -KILL ${pid}`,
      });
    }
  }

  /** kill -9; resolves when it answers again, which is not before `downMs` milliseconds. */
  async crash(downMs: number): Promise<void> {
    const broker = this.#supervisor.get(this.#plan.at(-1)?.name ?? '');
    broker.end('SIGKILL', downMs);
    await broker.whenHealthy();
  }

  async stop(): Promise<void> {
    // Nothing in it is worth a graceful end.
    this.#supervisor.killNow();
    await this.#supervisor.stop(this.#plan.map(({ name }) => name));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Whether somebody accepts connections there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (there: boolean) => () => {
      socket.destroy();
      resolve(there);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}
