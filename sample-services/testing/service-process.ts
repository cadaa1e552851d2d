import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Log lines kept for the message of a failing test. */
const KEPT_LINES = 40;

function answersPlainly(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

/** One service of the shop as a real process. It keeps its port over restarts, as the launcher's do. */
export class ServiceProcess {
  readonly name: string;
  readonly #env: Record<string, string>;
  readonly #isReady: (url: string) => Promise<boolean>;
  readonly #lines: string[] = [];
  #child: ChildProcess | null = null;
  #port = 0;

  /** `isReady`: asks whether that address answers 2xx; by default without certificates. */
  constructor(name: string, env: Record<string, string>, isReady = answersPlainly) {
    this.name = name;
    this.#isReady = isReady;
    this.#env = env;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get log(): string {
    return this.#lines.join('\n');
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when it listens and says that it is ready. */
  async start(extra: Record<string, string> = {}): Promise<void> {
    const main = fileURLToPath(new URL(`../${this.name}/main.ts`, import.meta.url));
    // Should this test die half way, its services end with it.
    const imports = ['--import', '@stormglass/agents/lifeline'];
    // With somebody to talk to it gets the agent that does the talking.
    if (this.#env.STORMGLASS_HUB !== undefined) imports.push('--import', '@stormglass/agents/register');
    const child = spawn(process.execPath, [...imports, main], {
      env: {
        NODE_ENV: 'production',
        PATH: process.env.PATH ?? '',
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
        OTEL_SERVICE_NAME: this.name,
        OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${this.name}-1`,
        ...this.#env,
        PORT: String(this.#port),
        ...extra,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    const listening = new Promise<number>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${this.name} ended with ${code}:\n${this.log}`)));
      this.#read(child, resolve);
    });
    this.#port = await listening;
    await this.#untilReady(child);
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Resolves when the process has ended by itself. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Does something while the process stands still. */
  async pauseAnd(work: () => Promise<void>): Promise<void> {
    this.pause();
    try {
      await work();
    } finally {
      this.resume();
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  #read(child: ChildProcess, onPort: (port: number) => void): void {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > KEPT_LINES) this.#lines.shift();
        const port = /"port":(\d+)/.exec(line)?.[1];
        if (port !== undefined && line.includes('"msg":"listening"')) onPort(Number(port));
      });
    }
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      // A crash point may end it right after the start: that is for the test to see, not for us.
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (await this.#isReady(`${this.url}/readyz`)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`${this.name} did not get ready:\n${this.log}`);
  }
}
