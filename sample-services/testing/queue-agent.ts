import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { QUEUES } from '../events/queues.ts';
import { freePort } from './postgres.ts';

const MAIN = fileURLToPath(new URL('../../agents/queues/main.ts', import.meta.url));

/** The queue agent as a real process, which reads all queues of the shop. */
export class QueueAgent {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** Resolves when it reads that broker. `env`: more of its environment. */
  static async start(brokerUrl: string, env: Record<string, string> = {}): Promise<QueueAgent> {
    const port = await freePort();
    const lines: string[] = [];
    const child = spawn(process.execPath, ['--import', '@stormglass/agents/lifeline', MAIN], {
      env: {
        ...{ NODE_ENV: 'production', PATH: process.env.PATH ?? '', PORT: String(port) },
        ...{ NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '', BROKER_URL: brokerUrl },
        QUEUES: Object.values(QUEUES)
          .map(({ name }) => name)
          .join(','),
        ...env,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const agent = new QueueAgent(`http://127.0.0.1:${port}`, child);
    await vi.waitFor(
      async () => {
        const healthy = await fetch(`${agent.url}/healthz`).then(({ ok }) => ok);
        if (!healthy) throw new Error(`the queue agent reads nothing:\n${lines.join('\n')}`);
      },
      { timeout: 60_000, interval: 100 },
    );
    return agent;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
