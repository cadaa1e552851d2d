import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CONTROL, METRIC, RECEIPT_ATTR } from '../contract/index.ts';
import { freePort } from '../host/fixtures/ports.ts';
import { POSTGRES, Supervisor, startPostgres } from '../host/index.ts';
import { TestHub } from '../node/testing/hub.ts';
import { OtlpSink } from '../node/testing/otlp-sink.ts';
import { type Running, runService } from '../node/testing/run.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('../node/testing/worker.ts', import.meta.url));
const soon = { timeout: 15_000, interval: 50 };

const dataDir = mkdtempSync(join(tmpdir(), 'queue-agent-'));
const supervisor = new Supervisor({ logDir: join(dataDir, 'logs'), onEvent: () => undefined });
let sink: OtlpSink;
let hub: TestHub;
let worker: Running;
let agent: ReturnType<typeof spawn>;
let health: string;

beforeAll(async () => {
  sink = await OtlpSink.start();
  hub = await TestHub.start();
  const postgres = await startPostgres({ supervisor, dataDir, port: await freePort() });
  const env = {
    BROKER_URL: await postgres.database('broker'),
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    STORMGLASS_HUB: hub.url,
    STORMGLASS_CHAOS: 'on',
    QUEUES: 'mails',
  };
  worker = await runService('mailer', env, WORKER);
  const port = await freePort();
  health = `http://127.0.0.1:${port}/healthz`;
  agent = spawn(process.execPath, [MAIN], {
    stdio: 'ignore',
    env: { ...process.env, ...env, PORT: String(port) },
  });
  await vi.waitUntil(
    () => hub.hello('queue-agent') && hub.hello('mailer')?.capabilities.includes('consumer_stop:consumer'),
    soon,
  );
  // It counts from its first reading on.
  await vi.waitUntil(() => newest(METRIC.queueMessages, 'ready') === 0, soon);
});
afterAll(async () => {
  agent.kill('SIGTERM');
  await Promise.all([once(agent, 'exit'), worker.stop()]);
  await supervisor.stop([POSTGRES]);
  await Promise.all([hub.close(), sink.close()]);
  rmSync(dataDir, { recursive: true, force: true });
});

test('is healthy once it reads the broker', async () => {
  await vi.waitUntil(async () => (await fetch(health)).status === 200, soon);
});

test('shows its queues to Prometheus', async () => {
  const response = await fetch(health.replace('/healthz', '/metrics'));
  const labels = 'system="bullmq",destination="mails"';
  expect(await response.text()).toContain(`messaging_queue_messages{${labels},state="ready"} 0`);
});

let sent = 0;
const send = (name: string) => {
  sent++;
  return fetch(`${worker.url}/mails/${name}`, { method: 'POST' });
};
const done = async () => JSON.parse(await (await fetch(`${worker.url}/done`)).text()).done as number;
const total = (name: string) =>
  sink.points.filter((p) => p.name === name).reduce((sum, p) => sum + p.value, 0);
const newest = (name: string, state?: string) =>
  sink.points.findLast((p) => p.name === name && (state === undefined || p.attributes.state === state))
    ?.value;

test('the consumer is part of the trace of its producer, and links to it', async () => {
  await send('hello');
  const consumer = await vi.waitUntil(() => sink.spans.find((s) => s.kind === 'consumer'), soon);
  const producer = await vi.waitUntil(() => sink.spans.find((s) => s.kind === 'producer'), soon);
  expect(producer).toMatchObject({
    name: 'send mails',
    attributes: { 'messaging.system': 'bullmq', 'messaging.destination.name': 'mails' },
  });
  expect(consumer).toMatchObject({
    name: 'process mails',
    traceId: producer.traceId,
    links: [{ traceId: producer.traceId, spanId: producer.spanId }],
    attributes: { 'messaging.destination.name': 'mails', 'messaging.operation.type': 'process' },
  });
});

test('the statements BullMQ makes of a message are no spans, and neither is its polling', async () => {
  await send('hello');
  // A statement ends before the span of the message it belongs to, and is exported before it.
  await vi.waitUntil(() => sink.spans.filter((s) => s.kind === 'consumer').length === sent, soon);
  expect(sink.spans.filter((s) => s.attributes['db.namespace'] === 'broker')).toEqual([]);
});

test('a stopped consumer is seen from outside: messages wait, and go again when the lease ends', async () => {
  const before = await done();
  await vi.waitUntil(() => newest(METRIC.queueConsumers) === 1, soon);
  const { faultId, answer } = await hub.arm('mailer', {
    action: { type: 'consumer_stop' },
    target: { kind: 'consumer', service: 'mailer', queue: 'mails' },
  });
  expect(answer).toMatchObject({ ok: true });
  for (let i = 0; i < 5; i++) await send('hello');
  await vi.waitUntil(() => newest(METRIC.queueMessages, 'ready') === 5, soon);
  await vi.waitUntil(() => (newest(METRIC.queueOldestAge) ?? 0) > 0.5, soon);
  expect(await done()).toBe(before);
  expect(await hub.release('mailer', faultId)).toMatchObject({
    reverted: true,
    readBack: '1 of 1 workers run again',
  });
  await vi.waitUntil(async () => (await done()) === before + 5, soon);
  await vi.waitUntil(() => newest(METRIC.queueMessages, 'ready') === 0, soon);
  expect(total(METRIC.chaosInjections)).toBe(1);
  expect(sink.points.some((p) => p.attributes[RECEIPT_ATTR.faultId] === faultId)).toBe(true);
});

test('what goes in and out is counted exactly', async () => {
  await vi.waitUntil(() => total(METRIC.queueDequeued) === sent, soon);
  await Promise.all(Array.from({ length: 40 }, () => send('hello')));
  await vi.waitUntil(() => total(METRIC.queueDequeued) >= sent, soon);
  expect([total(METRIC.queueEnqueued), total(METRIC.queueDequeued)]).toEqual([sent, sent]);
});

test('dead letters can be read, driven again and purged', async () => {
  await send('bad');
  await vi.waitUntil(() => newest(METRIC.queueMessages, 'dead') === 1, soon);
  expect(total(METRIC.queueRedeliveries)).toBe(1);
  const call = async (name: 'queue.dead' | 'queue.redrive' | 'queue.purge', input: object) => {
    const answer = await hub.invoke('queue-agent', name, { queue: 'mails', ...input });
    if (!answer.ok) throw new Error(answer.message);
    return answer.result;
  };
  const dead = CONTROL['queue.dead'].result.parse(await call('queue.dead', {}));
  expect(dead).toMatchObject({ total: 1, letters: [{ name: 'bad', error: 'no such mailbox', attempts: 2 }] });
  expect(dead.letters[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(await call('queue.redrive', {})).toEqual({ queue: 'mails', redriven: 1 });
  await vi.waitUntil(() => total(METRIC.queueDeadLetters) === 2, soon);
  expect(await call('queue.purge', { confirm: 'mails' })).toEqual({ queue: 'mails', purged: 1 });
  await vi.waitUntil(() => newest(METRIC.queueMessages, 'dead') === 0, soon);
  await expect(call('queue.purge', { confirm: 'other' })).rejects.toThrow('for good');
});

test('a paused queue says so, and holds its messages', async () => {
  const before = await done();
  const paused = await hub.invoke('queue-agent', 'queue.pause', { queue: 'mails' });
  expect(paused).toMatchObject({ ok: true, result: { paused: true } });
  await send('hello');
  await vi.waitUntil(() => newest(METRIC.queueMessages, 'ready') === 1, soon);
  const resumed = await hub.invoke('queue-agent', 'queue.resume', { queue: 'mails' });
  expect(resumed).toMatchObject({ ok: true, result: { paused: false } });
  await vi.waitUntil(async () => (await done()) === before + 1, soon);
});
