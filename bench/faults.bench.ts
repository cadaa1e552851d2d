import { channel } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Pool } from 'undici';
import { systemClock } from '../agents/node/clock.ts';
import { faultPoint } from '../agents/node/fault-point.ts';
import { HttpInSeam } from '../agents/node/inject/http-in.ts';
import { Scopes } from '../agents/node/inject/scopes.ts';
import { TestHub } from '../agents/node/testing/hub.ts';
import { type Running, runService } from '../agents/node/testing/run.ts';
import { median, percentile, report } from './figure.ts';
import { until } from './probe.ts';

/**
 * Whether faults do what their parameters say, as a client sees it, and what the seams cost while none is armed: time and
 * bytes allocated a call, in this process, of the code that stands between a call and its handler.
 */
const LATENCY_MS = 200;
const SAMPLES = 400;
const AT_ONCE = 4;
const BYTES = 20_000;
const RATE = 40_000;
const CALLS = 1_000_000;
const ROUNDS = 5;
/** Few enough that nothing is collected meanwhile. */
const ALLOCATING = 50_000;

const MAIN = join(import.meta.dirname, '../agents/node/testing/call-service.ts');

function figure(
  name: string,
  value: number,
  unit: string,
  goal: string | null,
  params: Record<string, number>,
) {
  report({ bench: 'faults', figure: name, value, unit, goal, params });
}

async function timed(pool: Pool, path: string): Promise<number> {
  const began = performance.now();
  const { body } = await pool.request({ path, method: 'GET' });
  await body.arrayBuffer();
  return performance.now() - began;
}

async function sample(pool: Pool, path: string, count: number): Promise<number[]> {
  const took: number[] = [];
  const one = async () => {
    while (took.length < count) took.push(await timed(pool, path));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return took;
}

async function effects(hub: TestHub, service: Running): Promise<void> {
  const pool = new Pool(service.url, { connections: AT_ONCE });
  const target = { kind: 'service', service: 'peer' };
  await sample(pool, '/work', SAMPLES);
  const usual = median(await sample(pool, '/work', SAMPLES));
  const { faultId } = await hub.arm('peer', {
    ...{ action: { type: 'latency', ms: LATENCY_MS, distribution: 'fixed' }, target },
    durationMs: 600_000,
  });
  const errors = (await sample(pool, '/work', SAMPLES)).map((ms) => ms - usual - LATENCY_MS);
  await hub.release('peer', faultId);
  const params = { ms: LATENCY_MS, samples: SAMPLES, atOnce: AT_ONCE };
  figure('latency 200 ms: error p50', median(errors), 'ms', null, params);
  figure('latency 200 ms: error p99', percentile(errors, 0.99), 'ms', '<= 2', params);
  const action = { type: 'throttle', bytesPerSecond: RATE };
  const slow = await hub.arm('peer', { action, target, durationMs: 600_000 });
  const rates = (await sample(pool, '/big', 20)).map((ms) => (BYTES / (ms - usual)) * 1000);
  await hub.release('peer', slow.faultId);
  const asked = { bytesPerSecond: RATE, bytes: BYTES };
  figure('throttle: rate, of what was asked', (median(rates) / RATE) * 100, '%', null, asked);
  await pool.close();
}

type Work = () => unknown;

function nanoseconds(work: Work): number {
  for (let i = 0; i < CALLS; i++) work();
  const began = process.hrtime.bigint();
  for (let i = 0; i < CALLS; i++) work();
  return Number(process.hrtime.bigint() - began) / CALLS;
}

function allocated(work: Work): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < ALLOCATING; i++) work();
  return (process.memoryUsage().heapUsed - before) / ALLOCATING;
}

function openSeam(): HttpInSeam {
  const scopes = new Scopes(systemClock, () => undefined);
  return new HttpInSeam({ clock: systemClock, scopes, headers: null, onChange: () => undefined });
}

function tell(name: string, ns: number, bytes: number): void {
  figure(`idle: ${name}`, ns / 1000, 'us/call', '<= 1', { calls: CALLS });
  figure(`idle: ${name}, allocated`, Math.max(0, bytes), 'B/call', '0', { calls: ALLOCATING });
}

/** `emit` of a server of node:http, with the seam and without, in turns: the difference is what the seam costs. */
function idleEmit(): void {
  const server = new Server().on('request', () => undefined);
  const emit = () => server.emit('request', {} as never, {} as never);
  const added: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const without = nanoseconds(emit);
    const seam = openSeam();
    added.push(nanoseconds(emit) - without);
    seam.close();
  }
  const bare = allocated(emit);
  const seam = openSeam();
  tell('node:http server', median(added), allocated(emit) - bare);
  seam.close();
}

/** The hooks which the seam puts on a Fastify server. */
function idleHooks(): void {
  const seam = openSeam();
  const hooks = new Map<string, (...args: unknown[]) => void>();
  const addHook = (name: string, hook: (...args: unknown[]) => void) => hooks.set(name, hook);
  channel('fastify.initialization').publish({ fastify: { server: new Server(), addHook } });
  const [onRequest, onSend] = [hooks.get('onRequest'), hooks.get('onSend')];
  const [request, reply, done] = [{}, {}, () => undefined];
  const both = () => {
    onRequest?.(request, reply, done);
    onSend?.(request, reply, null, done);
  };
  tell('Fastify, both hooks', nanoseconds(both), allocated(both));
  seam.close();
}

export async function run(): Promise<void> {
  const point = () => faultPoint('bench.point');
  idleHooks();
  idleEmit();
  tell('faultPoint', nanoseconds(point), allocated(point));
  const hub = await TestHub.start();
  const env = { STORMGLASS_HUB: hub.url, STORMGLASS_CHAOS: 'on' };
  const service = await runService('peer', env, MAIN);
  try {
    await until(
      'the agent',
      20_000,
      async () => hub.hello('peer')?.capabilities.includes('latency:service') || null,
    );
    await effects(hub, service);
  } finally {
    await service.stop();
    await hub.close();
  }
}
