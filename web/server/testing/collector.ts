import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '../../../agents/collector/main.ts');
const SECRET = 'a secret of this test';

/** The real collector in its own process, on free ports. */
export interface TestCollector {
  /** What the dashboard needs to read from it. */
  env: { CLICKHOUSE_URL: string; CLICKHOUSE_PASSWORD: string };
  /** Where services send their telemetry: OTLP/HTTP. */
  otlp: string;
  /** Sends OTLP/JSON to /v1/<signal>; resolves when it is acknowledged. */
  send(signal: 'traces' | 'metrics' | 'logs', body: unknown): Promise<void>;
  /** Resolves when the process has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export async function startCollector(dataDir: string, queryPort = 0): Promise<TestCollector> {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      COLLECTOR_HTTP_PORT: '0',
      COLLECTOR_GRPC_PORT: '0',
      COLLECTOR_QUERY_PORT: String(queryPort),
      COLLECTOR_SECRET: SECRET,
      COLLECTOR_LOAD_REST: '0.1',
      COLLECTOR_DATA_DIR: dataDir,
    },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ports = await new Promise<{ http: number; query: number }>((resolve, reject) => {
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const message = JSON.parse(line) as { event?: string; ports?: { http: number; query: number } };
      if (message.event === 'ready' && message.ports) resolve(message.ports);
    });
    void ended.then(() => reject(new Error(`the collector ended: ${lines.slice(-5).join('\n')}`)));
  });
  return {
    env: { CLICKHOUSE_URL: `http://127.0.0.1:${ports.query}`, CLICKHOUSE_PASSWORD: SECRET },
    otlp: `http://127.0.0.1:${ports.http}`,
    send: async (signal, body) => {
      const response = await fetch(`http://127.0.0.1:${ports.http}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    },
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
}

export interface SpanOptions {
  service?: string;
  route?: string;
  traceId?: string;
  endMs?: number;
  durationMs?: number;
  attributes?: Record<string, string | number>;
}

/** An OTLP/JSON request with one server span. */
export function serverSpan(options: SpanOptions = {}): unknown {
  const {
    service = 'gateway',
    route = '/orders',
    endMs = Date.now(),
    durationMs = 40,
    attributes = {},
  } = options;
  const nanos = (ms: number) => `${BigInt(Math.round(ms)) * 1_000_000n}`;
  const attribute = (key: string, value: string | number) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { doubleValue: value },
  });
  const all = { 'http.request.method': 'POST', 'http.route': route, ...attributes };
  return {
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', service)] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: options.traceId ?? crypto.randomUUID().replaceAll('-', ''),
                spanId: crypto.randomUUID().replaceAll('-', '').slice(0, 16),
                name: `POST ${route}`,
                kind: 2,
                startTimeUnixNano: nanos(endMs - durationMs),
                endTimeUnixNano: nanos(endMs),
                attributes: Object.entries(all).map(([key, value]) => attribute(key, value)),
              },
            ],
          },
        ],
      },
    ],
  };
}
