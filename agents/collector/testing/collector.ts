import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type CollectorSnapshot, createQueries, type TelemetryQueries } from '../queries/index.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
export const SECRET = 'a-secret-of-this-test';

/** A real collector process on free ports with a data directory of its own. The native engine stays out of vitest. */
export class TestCollector {
  readonly #env: Record<string, string>;
  readonly dataDir: string;
  #child: ChildProcess | undefined;
  ports = { http: 0, grpc: 0, query: 0 };
  output = '';

  private constructor(dataDir: string, env: Record<string, string>) {
    this.dataDir = dataDir;
    this.#env = env;
  }

  static async start(env: Record<string, string> = {}): Promise<TestCollector> {
    const dir = env.COLLECTOR_DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'stormglass-collector-')));
    const collector = new TestCollector(dir, env);
    await collector.run();
    return collector;
  }

  /** Starts the process (again) on the same data, with other settings from now on if some are given. */
  async run(env: Record<string, string> = {}): Promise<void> {
    Object.assign(this.#env, env);
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...process.env,
        COLLECTOR_SECRET: SECRET,
        COLLECTOR_DATA_DIR: this.dataDir,
        COLLECTOR_HTTP_PORT: '0',
        COLLECTOR_GRPC_PORT: '0',
        COLLECTOR_QUERY_PORT: '0',
        COLLECTOR_LOAD_REST: '0.1',
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const lines = createInterface({ input: child.stdout });
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`collector exited with ${code}: ${this.output}`)));
      lines.on('line', (line) => {
        this.output += `${line}\n`;
        const message = JSON.parse(line) as { event?: string; ports?: TestCollector['ports'] };
        if (message.event !== 'ready' || message.ports === undefined) return;
        this.ports = message.ports;
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** The collector's own figures. */
  async stats(): Promise<CollectorSnapshot> {
    const queries = this.queries();
    try {
      return await queries.stats();
    } finally {
      await queries.close();
    }
  }

  get otlp(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  get store(): string {
    return `http://127.0.0.1:${this.ports.query}`;
  }

  queries(): TelemetryQueries {
    return createQueries({ url: this.store, username: 'stormglass', password: SECRET });
  }

  /** Rows of a SELECT, straight from the ClickHouse endpoint. */
  async rows<T>(sql: string): Promise<T[]> {
    const response = await fetch(`${this.store}/?default_format=JSONEachRow`, {
      method: 'POST',
      body: sql,
      headers: { 'x-clickhouse-user': 'stormglass', 'x-clickhouse-key': SECRET },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  /** Ends the process with a signal and waits until it is gone. Its exit code; null when the signal killed it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
    return child.exitCode;
  }

  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** Waits until `check` gives a value, asking again every 50 ms. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | null>,
  deadlineMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  while (true) {
    const value = await check();
    if (value !== null) return value;
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
