import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { METRIC, RECEIPT_ATTR, RESILIENCE_ATTR } from '../contract/index.ts';
import { freePort } from '../host/fixtures/ports.ts';
import { POSTGRES, postgresFolder, Supervisor, startPostgres } from '../host/index.ts';
import { battery } from './testing/battery.ts';
import { TestHub } from './testing/hub.ts';
import { OtlpSink } from './testing/otlp-sink.ts';
import { Ledger } from './testing/promises.ts';
import { type Running, runService } from './testing/run.ts';

const soon = { timeout: 60_000, interval: 20 };
const POOL_SERVICE = fileURLToPath(new URL('testing/pool-service.ts', import.meta.url));
const SERVICE = { kind: 'service', service: 'pooled' } as const;
const proofs = new Ledger(import.meta.url);

let folder: string;
let supervisor: Supervisor;
let sink: OtlpSink;
let hub: TestHub;
let service: Running;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pool-'));
  supervisor = new Supervisor({ logDir: join(folder, 'logs'), onEvent: () => undefined });
  const postgres = await startPostgres({ supervisor, dataDir: folder, port: await freePort() });
  sink = await OtlpSink.start();
  hub = await TestHub.start();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    STORMGLASS_HUB: hub.url,
    STORMGLASS_CHAOS: 'on',
    DATABASE_URL: await postgres.database('pooled'),
  };
  service = await runService('pooled', env, POOL_SERVICE);
});
afterAll(async () => {
  await service.stop();
  await hub.close();
  await sink.close();
  await supervisor.stop([POSTGRES]);
  rmSync(postgresFolder(folder), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

const status = async () => (await fetch(`${service.url}/answer`)).status;
const able = () => hub.hello('pooled')?.capabilities.includes('pool_exhaustion:service');

test('a statement is a span of the request that made it', async () => {
  expect(await status()).toBe(200);
  const statement = await vi.waitUntil(
    () => sink.spans.find((one) => one.attributes['db.namespace'] === 'pooled'),
    soon,
  );
  expect(statement).toMatchObject({ kind: 'client', attributes: { 'db.system.name': 'postgresql' } });
  const request = await vi.waitUntil(
    () => sink.spans.find((one) => one.kind === 'server' && one.traceId === statement.traceId),
    soon,
  );
  expect(request.service).toBe('pooled');
});

test('a pool that is exhausted lets no statement through, marks who waited, and has its connections back after', async () => {
  // The pool is known from its first use on.
  expect(await status()).toBe(200);
  await vi.waitUntil(able, soon);
  const { faultId } = await hub.arm('pooled', { action: { type: 'pool_exhaustion' }, target: SERVICE });
  expect(await status()).toBe(500);
  const span = await vi.waitUntil(
    () => sink.spans.find((one) => one.attributes[RECEIPT_ATTR.faultId] === faultId),
    soon,
  );
  expect(span).toMatchObject({ service: 'pooled', error: true });
  const end = await hub.release('pooled', faultId);
  expect(end).toMatchObject({ reverted: true, readBack: '2 connections given back' });
  expect(await status()).toBe(200);
});

test('some connections taken leave the rest to the service', async () => {
  const action = { type: 'pool_exhaustion', connections: 1, database: 'pooled' } as const;
  const { faultId } = await hub.arm('pooled', { action, target: SERVICE });
  expect(await status()).toBe(200);
  expect(await hub.release('pooled', faultId)).toMatchObject({ readBack: '1 connections given back' });
});

test('a pool for a database that the process does not use is refused, with those that it does', async () => {
  const action = { type: 'pool_exhaustion', database: 'other' } as const;
  const { answer } = await hub.arm('pooled', { action, target: SERVICE });
  expect(answer).toMatchObject({ ok: false, code: 'target_absent', next: 'It has pools for pooled.' });
});

test('ends by itself, and with all others at a halt', async () => {
  await hub.arm('pooled', { action: { type: 'pool_exhaustion' }, target: SERVICE, durationMs: 400 });
  await vi.waitFor(async () => expect(await status()).toBe(200), soon);
  await hub.arm('pooled', { action: { type: 'pool_exhaustion' }, target: SERVICE });
  expect(await status()).toBe(500);
  await hub.halt('pooled');
  expect(await status()).toBe(200);
});

test('what a pool has in use, its limit and who waits are metrics by the conventions, each once', async () => {
  const newest = (name: string, state?: string) =>
    sink.points.findLast(
      (p) =>
        p.name === name && (state === undefined || p.attributes[RESILIENCE_ATTR.connectionState] === state),
    )?.value;
  const { faultId } = await hub.arm('pooled', { action: { type: 'pool_exhaustion' }, target: SERVICE });
  await vi.waitUntil(() => newest(METRIC.dbConnections, 'used') === 2, soon);
  expect(newest(METRIC.dbConnections, 'idle')).toBe(0);
  expect(newest(METRIC.dbConnectionsMax)).toBe(2);
  await vi.waitUntil(async () => {
    status().catch(() => undefined);
    return (newest(METRIC.dbConnectionsPending) ?? 0) > 0;
  }, soon);
  await hub.release('pooled', faultId);
  await vi.waitUntil(() => newest(METRIC.dbConnections, 'used') === 0, soon);
  const names = sink.points.filter((p) => p.name === METRIC.dbConnectionsMax);
  const pools = new Set(names.map((p) => String(p.attributes[RESILIENCE_ATTR.pool])));
  expect([...pools]).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+\/pooled$/)]);
});

test('a pool with as good as no limit is left alone: it would take all connections of the server', async () => {
  const connections = async () =>
    ((await (await fetch(`${service.url}/connections`)).json()) as { n: number }).n;
  const before = await connections();
  const { faultId } = await hub.arm('pooled', { action: { type: 'pool_exhaustion' }, target: SERVICE });
  expect(await status()).toBe(500);
  expect(await connections()).toBeLessThanOrEqual(before + 2);
  expect(await hub.release('pooled', faultId)).toMatchObject({ readBack: '2 connections given back' });
});

let statuses: number[] = [];
beforeEach(async () => {
  statuses = [];
  await hub.halt('pooled');
});

battery(
  () => ({ service: 'pooled', hub, sink }),
  [
    {
      name: 'an exhausted pool',
      fault: { action: { type: 'pool_exhaustion' }, target: SERVICE },
      provoke: () => status().then((one) => statuses.push(one)),
      sees: () => {
        const one = statuses.shift();
        return one === undefined ? null : one === 200 ? 'well' : 'hurt';
      },
    },
  ],
  proofs,
);

proofs.complete();
