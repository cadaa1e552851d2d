import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { EVENT, METRIC, RECEIPT_ATTR } from '../contract/index.ts';
import { type Pair, startPair } from './testing/pair.ts';

const soon = { timeout: 8_000, interval: 20 };
let pair: Pair;
let sink: Pair['sink'];
let hub: Pair['hub'];
let peer: Pair['peer'];
let service: Pair['service'];

beforeAll(async () => {
  pair = await startPair({ capabilities: { peer: 'latency:service', service: 'latency:service' } });
  ({ sink, hub, peer, service } = pair);
});
afterAll(() => pair.stop());
beforeEach(async () => {
  await Promise.all([hub.halt('peer'), hub.halt('service')]);
});

/** What a client that knows nothing of faults sees. */
async function ask(url: string, options: RequestInit = {}) {
  const began = performance.now();
  const answer = await fetch(url, options);
  const body = await answer.text();
  return { status: answer.status, body, ms: performance.now() - began };
}
const receipts = (faultId: string) =>
  sink.spans.filter((span) => span.attributes[RECEIPT_ATTR.faultId] === faultId);
const handled = async () => JSON.parse((await ask(`${peer.url}/handled`)).body).handled as number;
const inbound = { kind: 'service', service: 'peer' } as const;
const outbound = { kind: 'edge', from: 'service', to: 'peer' } as const;

describe('latency', () => {
  test('a request to a slowed service takes longer, inside its server span, and carries the receipt', async () => {
    const { faultId } = await hub.arm('peer', { action: { type: 'latency', ms: 800 }, target: inbound });
    expect((await ask(`${peer.url}/work/1`)).ms).toBeGreaterThanOrEqual(795);
    const span = await vi.waitUntil(() => receipts(faultId)[0], soon);
    expect(span).toMatchObject({ kind: 'server', name: 'GET /work/:id' });
    expect(span.durationMs).toBeGreaterThanOrEqual(795);
    expect(span.attributes[RECEIPT_ATTR.duration]).toBeGreaterThanOrEqual(0.795);
    expect(span.attributes[RECEIPT_ATTR.runId]).toBe('run-1');
    expect(span.events.map((event) => event.name)).toContain(EVENT.faultInjected);
    expect(await hub.release('peer', faultId)).toMatchObject({
      reason: 'released',
      reverted: true,
      injections: 1,
    });
    const traceId = randomBytes(16).toString('hex');
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    await ask(`${peer.url}/work/1`, { headers: { traceparent } });
    const spared = await vi.waitUntil(() => sink.spans.find((s) => s.traceId === traceId), soon);
    expect(spared.attributes).not.toHaveProperty([RECEIPT_ATTR.faultId]);
    expect(receipts(faultId)).toHaveLength(1);
  });

  test('a request that its caller gave up while it was slowed stands under its route', async () => {
    const { faultId } = await hub.arm('peer', { action: { type: 'latency', ms: 60_000 }, target: inbound });
    const patience = new AbortController();
    const asking = ask(`${peer.url}/work/1`, { signal: patience.signal }).catch(() => 'gone');
    await vi.waitUntil(() => hub.injections.some((one) => one.faultId === faultId && one.count > 0), soon);
    patience.abort();
    expect(await asking).toBe('gone');
    const span = await vi.waitUntil(() => receipts(faultId)[0], soon);
    expect(span).toMatchObject({ name: 'GET /work/:id', attributes: { 'http.route': '/work/:id' } });
  });

  test.each(['plain', 'fetch'])('a slowed edge delays the caller by %s, in one client span', async (by) => {
    const { faultId } = await hub.arm('service', { action: { type: 'latency', ms: 800 }, target: outbound });
    expect((await ask(`${service.url}/${by}/1`)).ms).toBeGreaterThanOrEqual(795);
    const span = await vi.waitUntil(() => receipts(faultId)[0], soon);
    expect(span).toMatchObject({
      service: 'service',
      kind: 'client',
      attributes: { 'peer.service': 'peer' },
    });
    expect(span.durationMs).toBeGreaterThanOrEqual(795);
    const server = await vi.waitUntil(
      () => sink.spans.find((s) => s.service === 'peer' && s.parentSpanId === span.spanId),
      soon,
    );
    // The delay was the caller's: the callee neither saw nor counted it.
    expect(server.attributes).not.toHaveProperty([RECEIPT_ATTR.faultId]);
    // The two ends of a call are two clocks, and the callee's span may end after the caller has its answer.
    expect(span.durationMs - server.durationMs).toBeGreaterThan(700);
    const clients = sink.spans.filter((s) => s.traceId === span.traceId && s.kind === 'client');
    expect(clients).toHaveLength(1);
  });

  test('an edge slowed after the reply lets the callee work first', async () => {
    const before = await handled();
    await hub.arm('service', {
      action: { type: 'latency', ms: 60_000 },
      target: outbound,
      position: 'after',
    });
    const asking = ask(`${service.url}/plain/1`);
    await vi.waitUntil(async () => (await handled()) > before, soon);
    await hub.halt('service');
    expect(await asking).toMatchObject({ status: 200, body: '{"done":true}' });
  });
});

describe('error', () => {
  test('before: the handler does not run', async () => {
    const before = await handled();
    await hub.arm('peer', {
      action: { type: 'error', status: 502, body: 'no' },
      target: inbound,
      selector: { route: '/work/:id' },
    });
    expect(await ask(`${peer.url}/work/1`)).toMatchObject({ status: 502, body: 'no' });
    expect(await handled()).toBe(before);
  });

  test('after: the handler has run, and its reply is lost', async () => {
    const before = await handled();
    const { faultId } = await hub.arm('peer', {
      action: { type: 'error' },
      target: inbound,
      position: 'after',
      selector: { route: '/work/:id' },
    });
    expect(await ask(`${peer.url}/work/1`)).toMatchObject({ status: 503 });
    expect(await handled()).toBe(before + 1);
    const span = await vi.waitUntil(() => receipts(faultId)[0], soon);
    expect(span).toMatchObject({
      kind: 'server',
      error: true,
      attributes: { 'http.response.status_code': 503 },
    });
  });

  test.each(['before', 'after'] as const)(
    'on an edge, %s: the caller is answered in the callee’s place',
    async (position) => {
      const before = await handled();
      const { faultId } = await hub.arm('service', {
        action: { type: 'error', status: 500, body: '{"lost":true}' },
        target: outbound,
        position,
      });
      for (const by of ['plain', 'fetch']) {
        expect(await ask(`${service.url}/${by}/1`)).toMatchObject({ status: 500, body: '{"lost":true}' });
      }
      expect(await handled()).toBe(before + (position === 'after' ? 2 : 0));
      await vi.waitUntil(() => receipts(faultId).length === 2, soon);
      for (const span of receipts(faultId)) expect(span).toMatchObject({ kind: 'client', error: true });
      await hub.release('service', faultId);
      expect(await ask(`${service.url}/plain/1`)).toMatchObject({ status: 200 });
    },
  );
});

describe('hang', () => {
  test.each(['before', 'after'] as const)(
    '%s: no reply until it is released, then the real one',
    async (position) => {
      const { faultId } = await hub.arm('peer', { action: { type: 'hang' }, target: inbound, position });
      const asking = ask(`${peer.url}/work/1`);
      await vi.waitUntil(() => hub.injections.some((count) => count.faultId === faultId), soon);
      const end = await hub.release('peer', faultId);
      expect(end).toMatchObject({ reverted: true, readBack: 'seam empty, no call held' });
      expect(await asking).toMatchObject({ status: 200, body: '{"done":true}' });
      const span = await vi.waitUntil(() => receipts(faultId)[0], soon);
      expect(span.attributes[RECEIPT_ATTR.duration]).toBeGreaterThan(0);
    },
  );

  test('a client that gives up frees the held request, and the handler never runs', async () => {
    const before = await handled();
    const { faultId } = await hub.arm('peer', {
      action: { type: 'hang' },
      target: inbound,
      selector: { route: '/work/:id' },
    });
    await expect(ask(`${peer.url}/work/1`, { signal: AbortSignal.timeout(150) })).rejects.toThrow();
    const span = await vi.waitUntil(() => receipts(faultId)[0], soon);
    expect(span.attributes[RECEIPT_ATTR.duration]).toBeGreaterThan(0.1);
    await hub.release('peer', faultId);
    expect(await handled()).toBe(before);
  });

  test('on an edge, the caller’s own timeout still works', async () => {
    await hub.arm('service', { action: { type: 'hang' }, target: outbound });
    // Behind a breaker with a timeout of 300 ms and a fallback.
    expect(await ask(`${service.url}/through/1`)).toMatchObject({ status: 200, body: '{"text":"fallback"}' });
  });
});

describe('a lease', () => {
  test('ends by itself when the hub renews no more', async () => {
    const { faultId } = await hub.arm(
      'peer',
      { action: { type: 'hang' }, target: inbound },
      { ttlMs: 1_500 },
    );
    const asking = ask(`${peer.url}/work/1`);
    hub.abandon();
    expect(await asking).toMatchObject({ status: 200 });
    const end = await vi.waitUntil(() => hub.ended.find((e) => e.faultId === faultId), soon);
    expect(end).toMatchObject({ reason: 'expired', reverted: true });
    await vi.waitUntil(() => sink.events(EVENT.faultExpired).length > 0, soon);
  });

  test('ends when its duration is over, however often it is renewed', async () => {
    const { faultId } = await hub.arm('peer', {
      action: { type: 'error' },
      target: inbound,
      durationMs: 900,
    });
    const end = await vi.waitUntil(() => hub.ended.find((e) => e.faultId === faultId), soon);
    expect(end).toMatchObject({ reason: 'completed' });
    expect(await ask(`${peer.url}/work/1`)).toMatchObject({ status: 200 });
  });

  test('hurts no more than maxAffected calls, and then ends', async () => {
    const { faultId } = await hub.arm('peer', {
      action: { type: 'error' },
      target: inbound,
      maxAffected: 3,
      selector: { route: '/work/:id' },
    });
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await ask(`${peer.url}/work/1`)).status);
    expect(statuses).toEqual([503, 503, 503, 200, 200, 200]);
    const end = await vi.waitUntil(() => hub.ended.find((e) => e.faultId === faultId), soon);
    expect(end).toMatchObject({ reason: 'max_affected', injections: 3 });
  });

  test('halt ends all of them and proves it', async () => {
    await hub.arm('peer', { action: { type: 'error' }, target: inbound });
    await hub.arm('peer', { action: { type: 'latency', ms: 60_000 }, target: inbound });
    const { ended } = await hub.halt('peer');
    expect(ended).toHaveLength(2);
    for (const end of ended) expect(end).toMatchObject({ reason: 'halted', reverted: true });
    expect(await ask(`${peer.url}/work/1`)).toMatchObject({ status: 200 });
  });

  test('health checks are spared unless they are named', async () => {
    await hub.arm('peer', { action: { type: 'error' }, target: inbound });
    expect(await ask(`${peer.url}/healthz`)).toMatchObject({ status: 200 });
    await hub.arm('peer', { action: { type: 'error' }, target: inbound, selector: { route: '/healthz' } });
    expect(await ask(`${peer.url}/healthz`)).toMatchObject({ status: 503 });
  });

  test('is refused for another service, with the next step', async () => {
    const { answer } = await hub.arm('peer', {
      action: { type: 'hang' },
      target: { kind: 'service', service: 'x' },
    });
    expect(answer).toMatchObject({ ok: false, code: 'target_absent' });
  });
});

test('a share of calls is hurt, and the same ones when the same traces come again', async () => {
  const spec = {
    action: { type: 'error' },
    target: inbound,
    selector: { route: '/work/:id', percentage: 30 },
    seed: 42,
  } as const;
  const traces = Array.from({ length: 200 }, (_, i) => i.toString(16).padStart(32, 'a'));
  const run = async () => {
    const { faultId } = await hub.arm('peer', spec, { faultId: 'fault-of-a-replay' });
    const hurt: string[] = [];
    for (const trace of traces) {
      const traceparent = `00-${trace}-${randomBytes(8).toString('hex')}-01`;
      const { status } = await ask(`${peer.url}/work/1`, { headers: { traceparent } });
      if (status === 503) hurt.push(trace);
    }
    await hub.release('peer', faultId);
    return hurt;
  };
  const first = await run();
  expect(first.length).toBeGreaterThan(36);
  expect(first.length).toBeLessThan(87);
  expect(await run()).toEqual(first);
});

test('injections are counted in a metric, and arming and reverting are events', async () => {
  const { faultId } = await hub.arm('peer', { action: { type: 'error' }, target: inbound });
  await ask(`${peer.url}/work/1`);
  await hub.release('peer', faultId);
  const of = (attributes: Record<string, unknown>) => attributes[RECEIPT_ATTR.faultId] === faultId;
  await vi.waitUntil(
    () => sink.points.some((p) => p.name === METRIC.chaosInjections && of(p.attributes)),
    soon,
  );
  for (const name of [EVENT.faultArmed, EVENT.faultInjected, EVENT.faultReverted]) {
    await vi.waitUntil(() => sink.events(name).some((event) => of(event.attributes)), soon);
  }
});
