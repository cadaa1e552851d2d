import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { TestHub } from '../agents/node/testing/hub.ts';
import { OtlpSink } from '../agents/node/testing/otlp-sink.ts';
import { median, report } from './figure.ts';

/**
 * CPU which the agent adds to a request, against plain OpenTelemetry in the same run: the same Fastify handler in two
 * processes, loaded in alternating rounds, so that both see the same machine. CPU time of the process is compared, not
 * latency: on a shared two-core machine latency measures the neighbours. The pace is one that both keep up with, the
 * window is the same for both and long enough for the slower exporter, and the spans that arrive are counted.
 */
const ROUNDS = 9;
const PER_SECOND = 400;
const LOAD_S = 8;
/** Plain OpenTelemetry sends what is left after 5 s. */
const DRAIN_S = 6;
const TICK_MS = 10;
const REQUESTS = PER_SECOND * LOAD_S;

interface Subject {
  name: string;
  pool: Pool;
  /** Microseconds of CPU a request, and spans that arrived a request, by round. */
  cpu: number[];
  spans: number[];
  stop(): void;
}

async function subject(name: string, register: string, env: Record<string, string>): Promise<Subject> {
  const child = spawn(
    process.execPath,
    ['--import', register, join(import.meta.dirname, 'overhead/app.ts')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env, OTEL_SERVICE_NAME: name },
    },
  );
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!line.startsWith('{"port"')) continue;
    const { port } = JSON.parse(line) as { port: number };
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 8 });
    return { name, pool, cpu: [], spans: [], stop: () => child.kill() };
  }
  throw new Error(`${name} did not start`);
}

async function get(pool: Pool, path: string): Promise<string> {
  const { body } = await pool.request({ path, method: 'GET' });
  return body.text();
}

async function cpuOf(pool: Pool): Promise<number> {
  const { user, system } = JSON.parse(await get(pool, '/cpu')) as NodeJS.CpuUsage;
  return user + system;
}

/** As many requests as are due by now, whatever became of the earlier ones. */
async function paced(pool: Pool): Promise<void> {
  const pending: Promise<string>[] = [];
  const began = performance.now();
  while (pending.length < REQUESTS) {
    const due = Math.min(REQUESTS, ((performance.now() - began) / 1000) * PER_SECOND);
    while (pending.length < due) pending.push(get(pool, `/work/${pending.length}`));
    await delay(TICK_MS);
  }
  await Promise.all(pending);
}

async function round(subject: Subject, sink: OtlpSink): Promise<void> {
  sink.spans.length = 0;
  sink.points.length = 0;
  const before = await cpuOf(subject.pool);
  const end = performance.now() + (LOAD_S + DRAIN_S) * 1000;
  await paced(subject.pool);
  await delay(end - performance.now());
  subject.cpu.push(((await cpuOf(subject.pool)) - before) / REQUESTS);
  const arrived = sink.spans.filter(
    (span) => span.service === subject.name && String(span.attributes['url.path']).startsWith('/work/'),
  );
  subject.spans.push(arrived.length / REQUESTS);
}

export async function run(): Promise<void> {
  const sink = await OtlpSink.start();
  const hub = await TestHub.start();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
  const plain = await subject('plain', join(import.meta.dirname, 'overhead/plain-otel.ts'), env);
  const agent = await subject('agent', import.meta.resolve('@stormglass/agents/register'), {
    ...env,
    STORMGLASS_HUB: hub.url,
    STORMGLASS_CHAOS: 'on',
  });
  try {
    for (const each of [plain, agent]) {
      await paced(each.pool);
      await delay(DRAIN_S * 1000);
    }
    for (let i = 0; i < ROUNDS; i++) for (const each of [plain, agent]) await round(each, sink);
  } finally {
    for (const { pool, stop } of [plain, agent]) {
      await pool.close();
      stop();
    }
    await hub.close();
    await sink.close();
  }
  const params = { rounds: ROUNDS, perSecond: PER_SECOND, loadS: LOAD_S, drainS: DRAIN_S };
  const figure = (name: string, value: number, unit: string, goal: string | null) =>
    report({ bench: 'agent-overhead', figure: name, value, unit, goal, params });
  for (const { name, cpu, spans } of [plain, agent]) {
    figure(`${name}: CPU`, median(cpu), 'us/request', null);
    figure(`${name}: spans that arrived, least of a round`, Math.min(...spans), '1/request', '= 2');
  }
  const ratios = agent.cpu.map((value, i) => value / (plain.cpu[i] ?? Number.NaN));
  figure('added', (median(ratios) - 1) * 100, '%', '<= 5');
  figure('added, least round', (Math.min(...ratios) - 1) * 100, '%', null);
  figure('added, greatest round', (Math.max(...ratios) - 1) * 100, '%', null);
}
