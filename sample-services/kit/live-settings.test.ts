import { randomUUID } from 'node:crypto';
import { CONTROL, METRIC, RESILIENCE_ATTR, type ResilienceChange } from '@stormglass/agents/contract';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { TestHub } from '../../agents/node/testing/hub.ts';
import { OtlpSink, type SeenSpan } from '../../agents/node/testing/otlp-sink.ts';
import { QUEUES } from '../events/queues.ts';
import { Answering } from '../testing/answering.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { ServiceProcess } from '../testing/service-process.ts';
import { openBroker } from './broker/open.ts';

/** One real service, shipping, with its agent on a hub; its peer is the carrier. */
const soon = { timeout: 30_000, interval: 25 };
const REGISTER = new URL('../../agents/node/register.ts', import.meta.url).href;

let postgres: TestPostgres;
let hub: TestHub;
let sink: OtlpSink;
let carrier: Answering;
let brokerUrl: string;
let shipping: ServiceProcess;
beforeAll(async () => {
  [postgres, hub, sink, carrier] = await Promise.all([
    startTestPostgres(),
    TestHub.start(),
    OtlpSink.start(),
    Answering.start('outside-world'),
  ]);
  brokerUrl = await postgres.database('broker');
  shipping = new ServiceProcess('shipping', {
    NODE_OPTIONS: `--import ${REGISTER}`,
    OTEL_SERVICE_NAME: 'shipping',
    OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=shipping-1,service.version=1.2.3',
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    STORMGLASS_HUB: hub.url,
    STORMGLASS_CHAOS: 'on',
    LOG_LEVEL: 'info',
    DATABASE_URL: await postgres.database('shipping'),
    BROKER_URL: brokerUrl,
    OUTSIDE_URL: carrier.url,
  });
  await shipping.start();
  await vi.waitUntil(() => hub.hello('shipping')?.controls.some((c) => c.name === 'resilience.set'), soon);
}, 240_000);
afterAll(async () => {
  await shipping.stop();
  await Promise.all([hub.close(), sink.close(), carrier.stop()]);
  await postgres.stop();
});
beforeEach(async () => {
  await hub.halt('shipping');
  carrier.calls.length = 0;
});

const state = async () => {
  const answer = await hub.invoke('shipping', 'resilience.get', {});
  if (!answer.ok) throw new Error(answer.message);
  return CONTROL['resilience.get'].result.parse(answer.result);
};
const set = (change: ResilienceChange) => hub.invoke('shipping', 'resilience.set', change);
const carrierOf = async () => (await state()).peers.find((peer) => peer.name === 'outside-world')?.settings;
let orders = 0;
const ship = async (headers: Record<string, string> = {}) => {
  const response = await fetch(`${shipping.url}/shipments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `key-${++orders}`, ...headers },
    body: JSON.stringify({ orderId: `order-${orders}`, address: 'Main Street 1' }),
  });
  return { status: response.status, body: await response.text() };
};
const spanAbout = (id: string, kind: SeenSpan['kind']) =>
  vi.waitUntil(
    () => sink.spans.find((span) => span.kind === kind && span.attributes['correlation.id'] === id),
    soon,
  );

describe('settings', () => {
  test('of each peer and database are told', async () => {
    expect(await carrierOf()).toMatchObject({ timeoutMs: 3_000, bulkheadSlots: 10, retries: 3 });
    expect((await state()).databases).toMatchObject([{ name: 'shipping', settings: { max: 8 } }]);
  });

  test('that are changed take effect at once, and the others stay', async () => {
    const before = await carrierOf();
    const release = carrier.hold();
    const changed = await set({ kind: 'peer', name: 'outside-world', settings: { timeoutMs: 60 } });
    expect(changed).toMatchObject({ ok: true });
    expect(await carrierOf()).toEqual({ ...before, timeoutMs: 60 });
    const { status, body } = await ship();
    expect(status).toBe(502);
    expect(body).toContain('60ms');
    release();
    await set({ kind: 'peer', name: 'outside-world', settings: { timeoutMs: 3_000 } });
  });

  test('that make no sense are refused with the field, and change nothing', async () => {
    const before = await state();
    const answer = await set({ kind: 'peer', name: 'outside-world', settings: { timeoutMs: -1 } });
    expect(answer).toMatchObject({ ok: false, next: 'Correct the named fields.' });
    expect(!answer.ok && answer.message).toContain('timeoutMs');
    expect(await set({ kind: 'peer', name: 'nobody', settings: {} })).toMatchObject({
      ok: false,
      next: 'Choose one of outside-world.',
    });
    expect(await state()).toEqual(before);
  });

  test('of the pool are the limit of its connections', async () => {
    const limit = () => {
      const own = sink.points.filter(
        (p) =>
          p.name === METRIC.dbConnectionsMax &&
          /\/shipping$/.test(String(p.attributes[RESILIENCE_ATTR.pool])),
      );
      return own.at(-1)?.value;
    };
    await vi.waitUntil(() => limit() === 8, soon);
    await set({ kind: 'database', name: 'shipping', settings: { max: 3 } });
    await vi.waitUntil(() => limit() === 3, soon);
    await set({ kind: 'database', name: 'shipping', settings: { max: 8 } });
  });
});

describe('a service with a queue', () => {
  const queue = 'shipping.events';
  const hands = async () => {
    const answer = await hub.invoke('shipping', 'queue.consumed', {});
    if (!answer.ok) throw new Error(answer.message);
    return CONTROL['queue.consumed'].result.parse(answer.result).queues;
  };
  const scale = (name: string, concurrency: number) =>
    hub.invoke('shipping', 'queue.scale', { queue: name, concurrency });

  test('says which it consumes with how many hands, and is given others', async () => {
    const [before] = await hands();
    expect(before).toMatchObject({ queue, concurrency: expect.any(Number) });
    expect(before?.concurrency).toBeGreaterThan(0);
    expect(await scale(queue, 0)).toMatchObject({ ok: true, result: { queue, concurrency: 0 } });
    expect(await hands()).toEqual([{ queue, concurrency: 0 }]);
    expect(await scale('orders.events', 3)).toMatchObject({ ok: false, next: `It consumes ${queue}.` });
    await scale(queue, before?.concurrency ?? 1);
    expect(await hands()).toEqual([before]);
  });
});

describe('a log line', () => {
  const linesWith = (id: string) =>
    shipping.log.split('\n').flatMap((line) => {
      const said = JSON.parse(line) as Record<string, unknown>;
      return said['x-correlation-id'] === id ? [said] : [];
    });
  const told = { service: 'shipping', version: '1.2.3', span_id: expect.stringMatching(/^[0-9a-f]{16}$/) };

  test('carries service, version, correlation id, trace and span id of the request it is about', async () => {
    const id = `test-${randomUUID()}`;
    carrier.answer(503);
    await ship({ 'x-correlation-id': id });
    carrier.answer(200, { n: 1 });
    const span = await spanAbout(id, 'internal');
    expect(linesWith(id)).toEqual([expect.objectContaining({ ...told, trace_id: span.traceId })]);
  });

  test('of work that came by a queue carries those of the message, as does the span of its consumer', async () => {
    const id = `test-${randomUUID()}`;
    // Also when the dashboard hired them: what it asks for on its channel is not the channel's own, untraced work.
    const queue = 'shipping.events';
    for (const concurrency of [0, 2]) await hub.invoke('shipping', 'queue.scale', { queue, concurrency });
    const broker = openBroker({ url: brokerUrl, log: pino({ level: 'silent' }), lockMs: undefined });
    await broker.publish(QUEUES.shipping, {
      ...{ id: randomUUID(), name: 'NOT_AN_EVENT', payload: {}, conversationId: 'none' },
      headers: { 'x-correlation-id': id, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    await broker.close();
    const span = await spanAbout(id, 'consumer');
    expect(linesWith(id)[0]).toMatchObject({ ...told, trace_id: span.traceId, queue });
  });
});

describe('a service with peers', () => {
  test('can be without its breaker, and says so', async () => {
    carrier.answer(503);
    await vi.waitUntil(async () => (await ship()).body.includes('Breaker is open'), soon);
    const called = carrier.calls.length;
    await hub.invoke('shipping', 'switch.set', { name: 'breaker', on: false });
    await ship();
    expect(carrier.calls.length).toBeGreaterThan(called);
    const off = hub.hello('shipping')?.protections.filter(({ on }) => !on);
    expect(off?.map(({ name }) => name)).toEqual(['breaker']);
  });

  test('has all of its protections again when it starts anew', async () => {
    await hub.invoke('shipping', 'switch.set', { name: 'jitter', on: false });
    const before = hub.hello('shipping')?.pid;
    await shipping.kill();
    await shipping.start();
    const fresh = await vi.waitUntil(() => {
      const hello = hub.hello('shipping');
      return hello && hello.pid !== before && hello.protections.length > 0 ? hello : null;
    }, soon);
    expect(fresh.protections.filter(({ on }) => !on)).toEqual([]);
  });
});
