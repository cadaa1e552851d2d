import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { eventually, TestCollector } from '../agents/collector/testing/collector.ts';
import { report } from './figure.ts';
import { isTaken } from './spans/post.ts';
import { RequestPool } from './spans/requests.ts';

/**
 * Durable ingest end to end: OTLP/HTTP protobuf requests from four connections, each answered after its fsync, until
 * every span can be queried. CPU of the collector and of the sender are stated, since they share the machine.
 */
const CONNECTIONS = 4;
const SECONDS = 20;
const TICKS_PER_SECOND = 100;
const PLANS = [
  { spansPerRequest: 512, distinct: 64 },
  { spansPerRequest: 8192, distinct: 6 },
];

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function send(url: string, requests: RequestPool): Promise<{ spans: number; refused: number }> {
  const pool = new Pool(url, { connections: CONNECTIONS });
  const until = performance.now() + SECONDS * 1000;
  const sent = { spans: 0, refused: 0 };
  const sender = async () => {
    while (performance.now() < until) {
      if (await isTaken(pool, requests.take(Date.now()))) sent.spans += requests.spansPerRequest;
      else {
        sent.refused += 1;
        await delay(100);
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  await pool.close();
  return sent;
}

export async function run(): Promise<void> {
  for (const plan of PLANS) {
    const requests = new RequestPool({ seed: 7, ...plan });
    const collector = await TestCollector.start();
    try {
      const before = { collector: cpuSeconds(collector.pid), sender: process.cpuUsage() };
      const began = performance.now();
      const { spans, refused } = await send(collector.otlp, requests);
      const acknowledgedIn = (performance.now() - began) / 1000;
      const sender = process.cpuUsage(before.sender);
      await eventually(
        'every span',
        async () => {
          const [row] = await collector.rows<{ n: number }>('SELECT count() AS n FROM otel_traces');
          return Number(row?.n) === spans ? true : null;
        },
        600_000,
      );
      const queryableIn = (performance.now() - began) / 1000;
      const cpu = cpuSeconds(collector.pid) - before.collector;
      const params = { ...plan, connections: CONNECTIONS, seconds: SECONDS, spans };
      const figure = (name: string, value: number, unit: string, goal: string | null) =>
        report({ bench: 'ingest', figure: name, value, unit, goal, params });
      figure('acknowledged', spans / acknowledgedIn, 'spans/s', null);
      figure(
        'queryable',
        spans / queryableIn,
        'spans/s',
        plan.spansPerRequest > 1000 ? '>= 100000' : '>= 50000',
      );
      figure('collector CPU', (cpu / spans) * 1e6, 'us/span', null);
      figure('sender CPU', (sender.user + sender.system) / spans, 'us/span', null);
      figure('collector resident memory', Number((await collector.stats()).rssBytes) / 1e6, 'MB', null);
      figure('requests refused', refused, '1', null);
    } finally {
      await collector.dispose();
    }
  }
}
