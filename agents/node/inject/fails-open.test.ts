import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { request } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { FaultSpec, type FaultTarget } from '../../contract/index.ts';
import { faultPoint } from '../fault-point.ts';
import type { Effect, Grip, Injector } from '../leases.ts';
import { Peers } from '../peers.ts';
import { HandClock } from '../testing/hand-clock.ts';
import { HttpInSeam } from './http-in.ts';
import { HttpOutSeam } from './http-out.ts';
import { PointSeam } from './points.ts';
import { Scopes } from './scopes.ts';

const clock = new HandClock();
const around = { clock, scopes: new Scopes(clock, () => undefined) };
const httpIn = new HttpInSeam({ ...around, headers: null, onChange: () => undefined });
const seams: Record<FaultTarget['kind'], Injector | null> = {
  ...{ service: httpIn, edge: new HttpOutSeam(new Peers(new Map()), around), point: new PointSeam(around) },
  ...{ database: null, consumer: null, process: null, producer: null, proxy: null },
};
const effects: Effect[] = [];
const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(effects.splice(0).map((effect) => effect.end()));
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Arms a fault whose bookkeeping breaks at the moment of the effect. */
async function armBroken(action: object, target: FaultTarget): Promise<void> {
  const spec = FaultSpec.parse({ action, target });
  const take: Grip['take'] = () => {
    throw new Error('a bug of ours');
  };
  const lease = { faultId: 'f', owner: 'me', spec, ttlMs: 5_000, remainingMs: 30_000 };
  const armed = await seams[target.kind]?.arm({ lease, take });
  if (armed) effects.push(armed);
}

async function plainServer(): Promise<string> {
  const server: Server = createServer((_, response) => response.end('{"fine":true}'));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function fastifyServer(): Promise<string> {
  const app = Fastify({ forceCloseConnections: true });
  app.get('/', async () => ({ fine: true }));
  closing.push(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

const byUndici = async (url: string) => (await request(url)).body.text();
const byHttp = (url: string) =>
  new Promise<string>((resolve, reject) => {
    get(url, async (response) => resolve(Buffer.concat(await response.toArray()).toString())).on(
      'error',
      reject,
    );
  });
const ACTIONS = [
  { type: 'error' },
  { type: 'throttle' },
  { type: 'truncate', afterBytes: 1 },
  { type: 'corrupt' },
];

test.each(ACTIONS)('$type: an injector that throws breaks no request that comes in', async (action) => {
  await armBroken(action, { kind: 'service', service: 's' });
  expect(await byUndici(await fastifyServer())).toBe('{"fine":true}');
  expect(await byUndici(await plainServer())).toBe('{"fine":true}');
});

test.each(ACTIONS)('$type: an injector that throws breaks no call that goes out', async (action) => {
  const url = await plainServer();
  await armBroken(action, { kind: 'edge', from: 's', to: new URL(url).host });
  expect(await byUndici(url)).toBe('{"fine":true}');
  expect(await byHttp(url)).toBe('{"fine":true}');
});

test('an injector that throws breaks no point in the code', async () => {
  await armBroken({ type: 'error' }, { kind: 'point', service: 's', point: 'here' });
  await expect(faultPoint('here')).resolves.toBeUndefined();
});
