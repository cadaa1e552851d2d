import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { eventually, TestCollector } from '../agents/collector/testing/collector.ts';
import { EXPORT_PATH, frame, GrpcWire } from '../agents/collector/testing/grpc.ts';
import { report } from './figure.ts';
import { isTaken } from './spans/post.ts';
import { RequestPool } from './spans/requests.ts';
import { cpuSeconds, peakMemoryMb } from './usage.ts';

/**
 * Durable ingest end to end: OTLP requests from four connections, each answered after its fsync, until every span can be
 * queried; and the same sender against a receiver that decodes in JavaScript and inserts rows (bench/baseline). CPU of the
 * receiver and of the sender are stated, since they share the machine.
 */
const CONNECTIONS = 4;
const SECONDS = 20;
const SETTLE_MS = 600_000;
const PLANS: Plan[] = [
  { receiver: 'OTLP/HTTP', spansPerRequest: 512, distinct: 64, goal: '>= 50000' },
  { receiver: 'OTLP/HTTP', spansPerRequest: 8192, distinct: 6, goal: '>= 100000' },
  { receiver: 'OTLP/gRPC', spansPerRequest: 512, distinct: 64, goal: 'within 20 % of OTLP/HTTP' },
  { receiver: 'OTLP/gRPC', spansPerRequest: 8192, distinct: 6, goal: 'within 20 % of OTLP/HTTP' },
  { receiver: 'JavaScript decode and insert', spansPerRequest: 8192, distinct: 6, goal: null },
];

interface Plan {
  receiver: 'OTLP/HTTP' | 'OTLP/gRPC' | 'JavaScript decode and insert';
  spansPerRequest: number;
  distinct: number;
  goal: string | null;
}

interface Receiver {
  pid: number;
  /** One connection. */
  connect(): { send(body: Buffer): Promise<boolean>; close(): Promise<void> };
  /** How many spans a query finds. */
  count(): Promise<number>;
  stop(): Promise<void>;
}

function httpConnection(url: string) {
  const pool = new Pool(url, { connections: 1 });
  return { send: (body: Buffer) => isTaken(pool, body), close: () => pool.close() };
}

function grpcConnection(port: number) {
  const wire = new GrpcWire(port);
  return {
    async send(body: Buffer) {
      const { code, message } = await wire.call(EXPORT_PATH.traces, frame(body));
      if (code !== 0 && code !== 14) throw new Error(`the collector answered ${code}: ${message}`);
      return code === 0;
    },
    async close() {
      wire.close();
    },
  };
}

async function collectorReceiver(transport: 'OTLP/HTTP' | 'OTLP/gRPC'): Promise<Receiver> {
  const collector = await TestCollector.start();
  return {
    pid: collector.pid,
    connect: () =>
      transport === 'OTLP/HTTP' ? httpConnection(collector.otlp) : grpcConnection(collector.ports.grpc),
    async count() {
      const [row] = await collector.rows<{ n: number }>('SELECT count() AS n FROM otel_traces');
      return Number(row?.n);
    },
    stop: () => collector.dispose(),
  };
}

async function baselineReceiver(): Promise<Receiver> {
  const dir = await mkdtemp(join(tmpdir(), 'stormglass-baseline-'));
  const main = join(import.meta.dirname, 'baseline/main.ts');
  const child: ChildProcess = spawn(process.execPath, [main, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no output of the baseline');
  const [port] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}`;
  return {
    pid: child.pid ?? 0,
    connect: () => httpConnection(url),
    count: async () => Number(await (await fetch(url)).text()),
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function sendFor(receiver: Receiver, requests: RequestPool) {
  const until = performance.now() + SECONDS * 1000;
  const sent = { spans: 0, refused: 0 };
  const sender = async () => {
    const connection = receiver.connect();
    while (performance.now() < until) {
      if (await connection.send(requests.take(Date.now()))) sent.spans += requests.spansPerRequest;
      else {
        sent.refused += 1;
        await delay(100);
      }
    }
    await connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  return sent;
}

async function measure(plan: Plan, receiver: Receiver): Promise<void> {
  const { goal, ...about } = plan;
  const requests = new RequestPool({ seed: 7, ...plan });
  const before = { receiver: cpuSeconds(receiver.pid), sender: process.cpuUsage() };
  const began = performance.now();
  const { spans, refused } = await sendFor(receiver, requests);
  const acknowledgedIn = (performance.now() - began) / 1000;
  const sender = process.cpuUsage(before.sender);
  const isStored = async () => ((await receiver.count()) === spans ? true : null);
  await eventually('every span', isStored, SETTLE_MS);
  const queryableIn = (performance.now() - began) / 1000;
  const cpu = cpuSeconds(receiver.pid) - before.receiver;
  const params = { ...about, connections: CONNECTIONS, seconds: SECONDS, spans };
  const figure = (name: string, value: number, unit: string, aim: string | null) =>
    report({ bench: 'ingest', figure: name, value, unit, goal: aim, params });
  figure('acknowledged', spans / acknowledgedIn, 'spans/s', null);
  figure('queryable', spans / queryableIn, 'spans/s', goal);
  figure('receiver CPU', (cpu / spans) * 1e6, 'us/span', null);
  figure('sender CPU', (sender.user + sender.system) / spans, 'us/span', null);
  figure('receiver memory at its most', peakMemoryMb(receiver.pid), 'MB', null);
  figure('requests refused', refused, '1', null);
}

export async function run(): Promise<void> {
  for (const plan of PLANS) {
    const { receiver: kind } = plan;
    const receiver = await (kind === 'JavaScript decode and insert'
      ? baselineReceiver()
      : collectorReceiver(kind));
    try {
      await measure(plan, receiver);
    } finally {
      await receiver.stop();
    }
  }
}
