import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { SECRET, TestCollector } from '../agents/collector/testing/collector.ts';
import { median, report } from './figure.ts';
import { fill } from './spans/fill.ts';
import { steadyLoad } from './spans/steady.ts';
import { cpuSeconds } from './usage.ts';

/**
 * What the collector costs while nothing comes in, and what the live view costs while spans do: CPU a span with nobody
 * watching, with one who watches, and with both again over a long history. Rounds alternate, so that both see the same machine.
 */
const IDLE_SECONDS = 30;
const LOAD_SECONDS = 10;
const ROUNDS = 3;
const LOAD = { perSecond: 5_000, batch: 250, seed: 9 };
const HISTORY = 2_000_000;

async function idleShare(collector: TestCollector): Promise<number> {
  const before = cpuSeconds(collector.pid);
  await delay(IDLE_SECONDS * 1000);
  return ((cpuSeconds(collector.pid) - before) / IDLE_SECONDS) * 100;
}

/** Microseconds of the collector's CPU for each span, until all of them are stored. */
async function cpuPerSpan(collector: TestCollector): Promise<number> {
  const before = cpuSeconds(collector.pid);
  const stop = steadyLoad(collector.otlp, LOAD);
  await delay(LOAD_SECONDS * 1000);
  const spans = await stop();
  while ((await collector.stats()).spoolBytes > 0) await delay(100);
  return ((cpuSeconds(collector.pid) - before) / spans) * 1e6;
}

/** Reads the live stream as the dashboard does. */
async function watch(collector: TestCollector): Promise<() => Promise<void>> {
  const pool = new Pool(collector.store);
  const answer = await pool.request({
    path: '/live',
    method: 'GET',
    headers: { 'x-clickhouse-user': 'stormglass', 'x-clickhouse-key': SECRET },
  });
  answer.body.on('error', () => undefined).resume();
  return () => pool.destroy();
}

async function compare(collector: TestCollector, history: number): Promise<void> {
  const alone: number[] = [];
  const watched: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await cpuPerSpan(collector));
    const leave = await watch(collector);
    watched.push(await cpuPerSpan(collector));
    await leave();
  }
  const params = { ...LOAD, seconds: LOAD_SECONDS, rounds: ROUNDS, history };
  const figure = (name: string, value: number, unit: string) =>
    report({ bench: 'idle', figure: name, value, unit, goal: null, params });
  figure('CPU, nobody watching', median(alone), 'us/span');
  figure('CPU, one watching', median(watched), 'us/span');
}

export async function run(): Promise<void> {
  const collector = await TestCollector.start();
  const idle = async (history: number) =>
    report({
      ...{ bench: 'idle', figure: 'collector idle', unit: '% of a core', goal: '<= 2' },
      value: await idleShare(collector),
      params: { seconds: IDLE_SECONDS, history },
    });
  try {
    await idle(0);
    await compare(collector, 0);
    await fill(collector, { spans: HISTORY, endMs: Date.now(), overMs: 3_600_000, seed: 2 });
    await idle(HISTORY);
    await compare(collector, HISTORY);
  } finally {
    await collector.dispose();
  }
}
