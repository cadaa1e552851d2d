import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { BREAKER_ATTR, EVENT, METRIC } from '../contract/index.ts';
import { freePort } from '../host/fixtures/ports.ts';
import { TestHub } from './testing/hub.ts';
import { type Pair, startPair } from './testing/pair.ts';
import { type Running, runService } from './testing/run.ts';

const HUB = fileURLToPath(new URL('testing/hub-main.ts', import.meta.url));
const soon = { timeout: 10_000, interval: 20 };
const ask = async (url: string) => {
  const answer = await fetch(url);
  return { status: answer.status, body: await answer.text() };
};

describe('one import', () => {
  let pair: Pair;
  let sink: Pair['sink'];
  let hub: Pair['hub'];
  let service: Pair['service'];
  beforeAll(async () => {
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20secret' };
    pair = await startPair({ env });
    ({ sink, hub, service } = pair);
    await vi.waitUntil(() => hub.hello('service')?.controls.length, soon);
  });
  afterAll(() => pair.stop());

  test('gives one trace through both services, logs that belong to it, and metrics', async () => {
    expect(await ask(`${service.url}/plain/1`)).toMatchObject({ status: 200 });
    const entry = await vi.waitUntil(() => sink.spans.find((s) => s.name === 'GET /plain/:id'), soon);
    const worked = await vi.waitUntil(
      () => sink.spans.find((s) => s.traceId === entry.traceId && s.name === 'GET /work/:id'),
      soon,
    );
    const call = sink.spans.find((s) => s.spanId === worked.parentSpanId);
    expect(call).toMatchObject({
      service: 'service',
      kind: 'client',
      attributes: { 'peer.service': 'peer' },
    });
    const log = await vi.waitUntil(() => sink.logs.find((l) => l.body === 'working'), soon);
    expect(log).toMatchObject({ service: 'peer', traceId: entry.traceId });
    const metric = await vi.waitUntil(
      () => sink.points.find((p) => p.name === 'http.server.request.duration'),
      soon,
    );
    expect(metric.delta).toBe(true);
    expect(sink.headers[0]).toMatchObject({ authorization: 'Bearer secret' });
  });

  test('traces neither its own traffic nor health checks', async () => {
    await ask(`${service.url}/healthz`);
    await ask(`${service.url}/plain/2`);
    await vi.waitUntil(() => sink.spans.some((s) => s.attributes['url.path'] === '/plain/2'), soon);
    const own = [sink.url, hub.url].map((url) => Number(new URL(url).port));
    for (const span of sink.spans) {
      expect(own).not.toContain(span.attributes['server.port']);
      expect(span.attributes['url.path']).not.toBe('/healthz');
    }
  });

  test('tells of a breaker which opens: why, by which counts, and by which call', async () => {
    await hub.arm('peer', { action: { type: 'error' }, target: { kind: 'service', service: 'peer' } });
    for (let i = 0; i < 6; i++) await ask(`${service.url}/through/${i}`);
    const opened = await vi.waitUntil(() => sink.events(EVENT.breakerOpened)[0], soon);
    expect(opened.attributes).toMatchObject({
      [BREAKER_ATTR.name]: 'service->peer',
      'peer.service': 'peer',
      [BREAKER_ATTR.from]: 'closed',
      [BREAKER_ATTR.to]: 'open',
      [BREAKER_ATTR.windowCalls]: 4,
      [BREAKER_ATTR.windowFailures]: 4,
      [BREAKER_ATTR.windowTimeouts]: 0,
      [BREAKER_ATTR.threshold]: 0.5,
      [BREAKER_ATTR.volume]: 4,
      [BREAKER_ATTR.resetTimeout]: 0.5,
    });
    expect(opened.attributes[BREAKER_ATTR.reason]).toContain(
      '4 of 4 calls failed in 10 s (100 %, opens above 50 %)',
    );
    const tripped = await vi.waitUntil(
      () => sink.spans.find((s) => s.attributes['url.path'] === '/through/3'),
      soon,
    );
    expect(opened.traceId).toBe(tripped.traceId);
    await hub.halt('peer');
    const half = await vi.waitUntil(() => sink.events(EVENT.breakerHalfOpened)[0], soon);
    expect(half.traceId).toBe('');
    await ask(`${service.url}/through/9`);
    const closed = await vi.waitUntil(() => sink.events(EVENT.breakerClosed)[0], soon);
    expect(closed.attributes).toMatchObject({ [BREAKER_ATTR.from]: 'half_open' });
    const outcomes = (outcome: string) =>
      sink.points
        .filter((p) => p.name === METRIC.breakerCalls && p.attributes[BREAKER_ATTR.outcome] === outcome)
        .reduce((sum, p) => sum + p.value, 0);
    await vi.waitUntil(() => outcomes('success') === 1 && outcomes('failure') === 4, soon);
    expect(outcomes('rejected')).toBe(2);
  });

  test('forces a breaker open on demand, and closes it when the time is over', async () => {
    const forced = await hub.invoke('service', 'breaker.force', {
      name: 'service->peer',
      state: 'open',
      forMs: 700,
    });
    expect(forced).toEqual({ ok: true, result: { name: 'service->peer', state: 'forced_open' } });
    expect(await ask(`${service.url}/through/20`)).toMatchObject({ body: '{"text":"fallback"}' });
    await vi.waitUntil(async () => (await ask(`${service.url}/through/21`)).body.includes('done'), soon);
    expect(sink.events(EVENT.breakerForcedOpen)).toHaveLength(1);
    const unknown = await hub.invoke('service', 'breaker.force', { name: 'nobody', state: 'open' });
    expect(unknown).toMatchObject({ ok: false, next: 'Choose one of service->peer.' });
  });

  test('keeps its last spans when the process is told to stop', async () => {
    const short = await runService('short', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
    await ask(`${short.url}/work/last`);
    await short.stop();
    expect(short.child.signalCode).toBe('SIGTERM');
    await vi.waitUntil(() => sink.spans.some((s) => s.attributes['url.path'] === '/work/last'), soon);
  });
});

describe('fails open', () => {
  let running: Running | undefined;
  afterEach(() => running?.stop());

  test.each([
    ['nothing is configured', {}],
    [
      'hub and collector are not there',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', STORMGLASS_HUB: 'http://127.0.0.1:9' },
    ],
    [
      'the configuration is garbage',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: '::::',
        STORMGLASS_HUB: 'nonsense',
        OTEL_RESOURCE_ATTRIBUTES: '=,%,x',
        OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING: 'what',
      },
    ],
  ])('when %s, the service works', async (_, env) => {
    running = await runService('alone', env);
    for (let i = 0; i < 20; i++) expect(await ask(`${running.url}/work/${i}`)).toMatchObject({ status: 200 });
    expect(running.child.exitCode).toBeNull();
  });

  test('when the collector takes requests and never answers, as with a disk that hangs, the service works and ends', async () => {
    const asked: string[] = [];
    const hanging = createServer((request) => asked.push(request.url ?? ''));
    await new Promise<void>((ready) => hanging.listen(0, '127.0.0.1', ready));
    const { port } = hanging.address() as AddressInfo;
    const peer = await runService('peer', { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    try {
      expect(await ask(`${peer.url}/work/1`)).toMatchObject({ status: 200 });
      await vi.waitUntil(() => asked.includes('/v1/traces'), soon);
      for (let n = 2; n <= 500; n++) expect((await ask(`${peer.url}/work/${n}`)).status).toBe(200);
      await peer.stop();
      expect(peer.child.exitCode ?? peer.child.signalCode).not.toBe(null);
    } finally {
      peer.child.kill('SIGKILL');
      hanging.closeAllConnections();
      hanging.close();
    }
  });

  test('faults of a hub that is killed end by themselves, and its successor hears of it', async () => {
    const port = await freePort();
    running = await runService('orphan', {
      STORMGLASS_HUB: `http://127.0.0.1:${port}`,
      STORMGLASS_CHAOS: 'on',
    });
    const spec = { action: { type: 'hang' }, target: { kind: 'service', service: 'orphan' } };
    const killed = spawn(process.execPath, [HUB, String(port), 'orphan', JSON.stringify(spec)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    killed.stdout.on('data', (chunk) => {
      said += chunk;
    });
    await vi.waitUntil(() => said.includes('armed'), { timeout: 20_000, interval: 20 });
    const asking = ask(`${running.url}/work/1`);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await asking).toMatchObject({ status: 200 });
    const successor = await TestHub.start(port);
    const hello = await vi.waitUntil(() => successor.hello('orphan'), soon);
    expect(hello.leases).toEqual([]);
    const end = await vi.waitUntil(() => successor.ended[0], soon);
    expect(end).toMatchObject({ reason: 'expired', reverted: true });
    await successor.close();
  });

  test('faults are refused unless the process allows them', async () => {
    const hub = await TestHub.start();
    running = await runService('strict', { STORMGLASS_HUB: hub.url });
    await vi.waitUntil(() => hub.hello('strict'), soon);
    const { answer } = await hub.arm('strict', {
      action: { type: 'hang' },
      target: { kind: 'service', service: 'strict' },
    });
    expect(answer).toMatchObject({ ok: false, code: 'chaos_not_allowed' });
    expect(hub.hello('strict')).toMatchObject({ chaosAllowed: false, capabilities: [] });
    await hub.close();
  });
});
