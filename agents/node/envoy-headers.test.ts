import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RECEIPT_ATTR } from '../contract/index.ts';
import { TestHub } from './testing/hub.ts';
import { OtlpSink } from './testing/otlp-sink.ts';
import { type Running, runService } from './testing/run.ts';

const soon = { timeout: 20_000, interval: 20 };
const ABORT = 'x-envoy-fault-abort-request';
const DELAY = 'x-envoy-fault-delay-request';

describe('faults that a request asks for by Envoy’s headers', () => {
  let sink: OtlpSink;
  let hub: TestHub;
  let open: Running;
  let closed: Running;
  beforeAll(async () => {
    [sink, hub] = await Promise.all([OtlpSink.start(), TestHub.start()]);
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      STORMGLASS_HUB: hub.url,
      STORMGLASS_CHAOS: 'on',
    };
    open = await runService('open', { ...env, STORMGLASS_ENVOY_FAULT_HEADERS: 'on' });
    closed = await runService('closed', env);
    await vi.waitUntil(() => hub.hello('open') && hub.hello('closed'), soon);
  });
  afterAll(async () => {
    await Promise.all([open.stop(), closed.stop()]);
    await Promise.all([hub.close(), sink.close()]);
  });

  async function ask(service: Running, headers: Record<string, string>) {
    const began = performance.now();
    const answer = await fetch(`${service.url}/work/1`, { headers });
    return { status: answer.status, body: await answer.text(), ms: performance.now() - began };
  }

  test('abort and delay hurt the request that asks, with a receipt', async () => {
    expect(await ask(open, { [ABORT]: '418' })).toMatchObject({ status: 418, body: 'fault filter abort' });
    const slow = await ask(open, { [DELAY]: '300' });
    expect(slow.status).toBe(200);
    expect(slow.ms).toBeGreaterThanOrEqual(295);
    for (const faultId of [ABORT, DELAY]) {
      await vi.waitUntil(
        () => sink.spans.some((span) => span.attributes[RECEIPT_ATTR.faultId] === faultId),
        soon,
      );
    }
    expect(await ask(open, {})).toMatchObject({ status: 200 });
  });

  test('a percentage hurts that share of those that ask, and 0 none', async () => {
    expect(await ask(open, { [ABORT]: '503', [`${ABORT}-percentage`]: '0' })).toMatchObject({ status: 200 });
    const statuses: number[] = [];
    for (let i = 0; i < 60; i++) {
      statuses.push((await ask(open, { [ABORT]: '503', [`${ABORT}-percentage`]: '50' })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
  });

  test('what cannot be understood is ignored', async () => {
    for (const value of ['', 'x', '99', '600', '-1', '5e2'])
      expect(await ask(open, { [ABORT]: value })).toMatchObject({ status: 200 });
  });

  test('nothing is honoured unless the process says so', async () => {
    expect(await ask(closed, { [ABORT]: '503', [DELAY]: '60000' })).toMatchObject({ status: 200 });
  });

  test('a halt ends those in flight, and no more are injected until chaos is allowed again', async () => {
    const asking = ask(open, { [DELAY]: '60000' });
    await vi.waitUntil(
      () => sink.points.some((p) => p.attributes[RECEIPT_ATTR.faultId] === DELAY && p.value > 0),
      soon,
    );
    await hub.halt('open');
    expect(await asking).toMatchObject({ status: 200 });
    expect(await ask(open, { [ABORT]: '503' })).toMatchObject({ status: 200 });
    hub.terms({ halted: false });
    await vi.waitUntil(async () => (await ask(open, { [ABORT]: '503' })).status === 503, soon);
  });
});
