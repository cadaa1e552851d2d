import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { median, report } from './figure.ts';

/**
 * CPU which the agent adds to a request, against plain OpenTelemetry in the same run: the same Fastify handler in two
 * processes, loaded in alternating rounds, so that both see the same machine. CPU time of the process is compared, not
 * latency: on a shared two-core machine latency measures the neighbours.
 */
const ROUNDS = 9;
const REQUESTS = 20_000;
const CONNECTIONS = 8;

interface Subject {
  name: string;
  pool: Pool;
  stop(): void;
}

async function sink(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

async function subject(name: string, register: string, endpoint: string): Promise<Subject> {
  const child = spawn(
    process.execPath,
    ['--import', register, join(import.meta.dirname, 'overhead/app.ts')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        STORMGLASS_CHAOS: 'on',
      },
    },
  );
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!line.startsWith('{"port"')) continue;
    const { port } = JSON.parse(line) as { port: number };
    return {
      name,
      pool: new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS }),
      stop: () => child.kill(),
    };
  }
  throw new Error(`${name} did not start`);
}

async function get(pool: Pool, path: string): Promise<string> {
  const { body } = await pool.request({ path, method: 'GET' });
  return body.text();
}

/** Microseconds of CPU per request over one round. */
async function round({ pool }: Subject): Promise<number> {
  const before = JSON.parse(await get(pool, '/cpu')) as NodeJS.CpuUsage;
  let next = 0;
  const worker = async () => {
    while (next < REQUESTS) await get(pool, `/work/${next++}`);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const after = JSON.parse(await get(pool, '/cpu')) as NodeJS.CpuUsage;
  return (after.user + after.system - before.user - before.system) / REQUESTS;
}

export async function run(): Promise<void> {
  const collector = await sink();
  const plain = await subject('plain', join(import.meta.dirname, 'overhead/plain-otel.ts'), collector.url);
  const agent = await subject('agent', import.meta.resolve('@stormglass/agents/register'), collector.url);
  const cpu = { plain: [] as number[], agent: [] as number[] };
  try {
    await round(plain);
    await round(agent);
    for (let i = 0; i < ROUNDS; i++) {
      cpu.plain.push(await round(plain));
      cpu.agent.push(await round(agent));
    }
  } finally {
    for (const { pool, stop } of [plain, agent]) {
      await pool.close();
      stop();
    }
    collector.close();
  }
  const ratios = cpu.agent.map((value, i) => value / (cpu.plain[i] ?? Number.NaN));
  const params = { rounds: ROUNDS, requests: REQUESTS, connections: CONNECTIONS };
  report({
    bench: 'agent-overhead',
    figure: 'plain OpenTelemetry',
    value: median(cpu.plain),
    unit: 'us CPU/request',
    goal: null,
    params,
  });
  report({
    bench: 'agent-overhead',
    figure: 'with the agent',
    value: median(cpu.agent),
    unit: 'us CPU/request',
    goal: null,
    params,
  });
  report({
    bench: 'agent-overhead',
    figure: 'added',
    value: (median(ratios) - 1) * 100,
    unit: '%',
    goal: '<= 5',
    params,
  });
}
