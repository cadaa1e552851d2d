import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyTimeline } from '@stormglass/agents/contract';
import type { RunExperiment } from '@stormglass/chaos/engine';
import type { Answer } from '../../live/answers.ts';
import { ANSWERS } from '../../live/answers.ts';
import type { ApiName } from '../../live/api.ts';
import type { Ingredients } from '../compose.ts';
import { readEnv } from '../env.ts';
import { noPages } from '../http/pages.ts';
import { createLog } from '../log.ts';
import { startServer } from '../server.ts';
import { systemTime } from '../time.ts';
import { noReaders, noTelemetry, openReaders } from '../window/telemetry.ts';

/** A real dashboard on a free port with its state in a temporary directory. */
export interface TestDashboard {
  url: string;
  dataDir: string;
  /** A call that must succeed; its answer is checked against the API table. */
  call<N extends ApiName>(name: N, method: string, path: string, body?: unknown): Promise<Answer<N>>;
  /** A raw call. */
  send(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<Reply>;
  close(): Promise<void>;
}

interface Reply {
  status: number;
  headers: Headers;
  body: unknown;
}

export function tempDir(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'stormglass-web-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const noRun: RunExperiment = async function* () {
  // Tests which run experiments bring their own engine.
};

export async function startDashboard(
  options: { dataDir: string; env?: Record<string, string> } & Partial<Omit<Ingredients, 'env'>>,
): Promise<TestDashboard> {
  const { dataDir, env = {}, ...ingredients } = options;
  const settings = readEnv({ PORT: '0', STORMGLASS_DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...env });
  const { CLICKHOUSE_URL: store, CLICKHOUSE_PASSWORD: password } = settings;
  const server = await startServer({
    env: settings,
    version: '0.0.0-test',
    time: systemTime,
    log: createLog('silent'),
    telemetry: { ...noTelemetry(), timeline: async () => emptyTimeline() },
    runExperiment: noRun,
    loadExperiments: async () => ({ experiments: [], refused: [] }),
    loadGameDays: async () => ({ plans: [], refused: [] }),
    pages: async () => noPages,
    readers: store === undefined ? noReaders() : openReaders(store, password),
    ...ingredients,
  });
  const url = `http://127.0.0.1:${server.port}`;
  const send: TestDashboard['send'] = async (method, path, { body, headers = {} } = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    url,
    dataDir,
    send,
    call: async <N extends ApiName>(name: N, method: string, path: string, body?: unknown) => {
      const reply = await send(method, path, { body });
      if (reply.status !== 200)
        throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
      return ANSWERS[name].parse(reply.body) as Answer<N>;
    },
    close: () => server.close(),
  };
}
