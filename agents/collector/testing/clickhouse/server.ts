import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
/** Who signed the server's certificate. */
export const CA = fileURLToPath(new URL('tls/ca.pem', import.meta.url));

export interface ServerOptions {
  user?: string;
  password?: string;
  tls?: boolean;
  /** Of the server's clock, which days of partitions go by. */
  timezone?: string;
}

/** A stand-in for a ClickHouse server (main.ts says how it differs) in a process and a directory of its own. */
export class TestServer {
  readonly #dir: string;
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(dir: string, options: ServerOptions) {
    this.#dir = dir;
    this.#options = options;
  }

  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const server = new TestServer(await mkdtemp(join(tmpdir(), 'stormglass-clickhouse-')), options);
    await server.run();
    return server;
  }

  /** Starts the process (again) on the same data and port. */
  async run(): Promise<void> {
    const { user, password, tls, timezone } = this.#options;
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...process.env,
        DIR: this.#dir,
        PORT: String(this.#port),
        UV_THREADPOOL_SIZE: '16',
        ...(user === undefined ? {} : { USER_NAME: user }),
        ...(password === undefined ? {} : { PASSWORD: password }),
        ...(tls === true ? { TLS: '1' } : {}),
        ...(timezone === undefined ? {} : { TZ: timezone }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const gone = once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`server exited with ${code}`)),
    );
    const ready = once(createInterface({ input: child.stdout }), 'line');
    const [line] = (await Promise.race([ready, gone])) as [string];
    gone.catch(() => undefined);
    this.#port = (JSON.parse(line) as { port: number }).port;
  }

  get url(): string {
    return `${this.#options.tls === true ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** The next `count` inserts are executed, and lose their answer. */
  async cutAnswers(count: number): Promise<void> {
    await fetch(`${this.url}/control?cut=${count}`, { method: 'POST' });
  }

  async state(): Promise<{ inserts: number; cut: number }> {
    const response = await fetch(`${this.url}/control`, { method: 'POST' });
    return (await response.json()) as { inserts: number; cut: number };
  }

  /** Runs statements as its only user; their answers as text. */
  async sql(...statements: string[]): Promise<string[]> {
    const { user = 'default', password = '' } = this.#options;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const answers: string[] = [];
    for (const body of statements) {
      const response = await fetch(this.url, { method: 'POST', body, headers: { authorization } });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      answers.push(text);
    }
    return answers;
  }

  async end(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }

  async dispose(): Promise<void> {
    await this.end();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
