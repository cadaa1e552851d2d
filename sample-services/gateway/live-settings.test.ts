import { METRIC, RESILIENCE_ATTR, type ResilienceChange } from '@stormglass/agents/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { TestHub } from '../../agents/node/testing/hub.ts';
import { OtlpSink } from '../../agents/node/testing/otlp-sink.ts';
import { PEER_DEFAULTS } from '../kit/peer/settings.ts';
import { Answering } from '../testing/answering.ts';
import { ServiceProcess } from '../testing/service-process.ts';

/** A real gateway with its agent on a hub, and a catalog that does as a test wants: each change is seen from outside. */
const soon = { timeout: 60_000, interval: 25 };
const PRODUCT = { sku: 'sku-01', name: 'Barometer', price: 4_900 };

let hub: TestHub;
let sink: OtlpSink;
let catalog: Answering;
let gateway: ServiceProcess;
beforeAll(async () => {
  [hub, sink, catalog] = await Promise.all([TestHub.start(), OtlpSink.start(), Answering.start('catalog')]);
  gateway = new ServiceProcess('gateway', {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    STORMGLASS_HUB: hub.url,
    STORMGLASS_CHAOS: 'on',
    ...{ CATALOG_URL: catalog.url, ORDERS_URL: catalog.url, SHIPPING_URL: catalog.url },
  });
  await gateway.start();
  await vi.waitUntil(() => hub.hello('gateway')?.controls.some((c) => c.name === 'resilience.set'), soon);
}, 240_000);
afterAll(async () => {
  await gateway.stop();
  await Promise.all([hub.close(), sink.close(), catalog.stop()]);
});
beforeEach(async () => {
  await setPeer({ ...PEER_DEFAULTS, volumeThreshold: 1_000 });
  catalog.answer(200, PRODUCT);
  catalog.calls.length = 0;
});

async function set(change: ResilienceChange): Promise<void> {
  expect(await hub.invoke('gateway', 'resilience.set', change)).toMatchObject({ ok: true });
}
const setPeer = (settings: Partial<typeof PEER_DEFAULTS>) => set({ kind: 'peer', name: 'catalog', settings });
const product = (sku = 'sku-01') => fetch(`${gateway.url}/products/${sku}`);
const statusOf = async (sku?: string) => (await product(sku)).status;
const points = (name: string) => sink.points.filter((point) => point.name === name);

describe('changed while it runs,', () => {
  test('the longest pause holds repetitions back for as long', async () => {
    const jitter = (on: boolean) => hub.invoke('gateway', 'switch.set', { name: 'jitter', on });
    await jitter(false);
    catalog.answer(503);
    await setPeer({ retries: 1, retryBaseMs: 10_000, retryCapMs: 1_400 });
    expect(await statusOf()).toBe(502);
    const [first, second] = catalog.calls;
    // More than the second at which it stands otherwise.
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(1_300);
    await jitter(true);
  });

  test('the age of an older answer decides whether there is one', async () => {
    expect(await statusOf()).toBe(200);
    catalog.answer(503);
    await setPeer({ retries: 0 });
    const old = await product();
    expect([old.status, old.headers.has('age')]).toEqual([200, true]);
    await setPeer({ fallbackMaxAgeMs: 0 });
    expect(await statusOf()).toBe(502);
    await setPeer({ fallbackMaxAgeMs: 600_000, fallbackKept: 1 });
    expect(await statusOf()).toBe(200);
    catalog.answer(200, PRODUCT);
    expect(await statusOf('sku-02')).toBe(200);
    catalog.answer(503);
    expect([await statusOf('sku-01'), await statusOf('sku-02')]).toEqual([502, 200]);
  });

  test('connections to an instance are no more than that; who waits for one is counted', async () => {
    const newest = (name: string) =>
      points(name).findLast(({ attributes }) => attributes['peer.service'] === 'catalog')?.value;
    await setPeer({ maxConnections: 1, timeoutMs: 60_000 });
    const release = catalog.hold();
    const waiting = [product('a'), product('b'), product('c')];
    await vi.waitUntil(() => newest(METRIC.httpPending) === 2, soon);
    expect(catalog.calls).toHaveLength(1);
    await vi.waitUntil(() => newest(METRIC.callsInFlight) === 3, soon);
    await setPeer({ maxConnections: 2 });
    waiting.push(product('d'), product('e'), product('f'));
    await vi.waitUntil(() => catalog.calls.length === 3, soon);
    await vi.waitUntil(() => newest(METRIC.httpPending) === 3, soon);
    release();
    await Promise.all(waiting);
    await vi.waitUntil(() => newest(METRIC.httpPending) === 0 && newest(METRIC.callsInFlight) === 0, soon);
    const states = points(METRIC.httpConnections).map(
      ({ attributes }) => attributes[RESILIENCE_ATTR.httpConnectionState],
    );
    expect(new Set(states)).toEqual(new Set(['active', 'idle']));
  });

  test('the window of a breaker forgets as soon as it is told', async () => {
    // In each export the ratio comes after the state; without calls in the window there is none.
    const last = (name: string) =>
      sink.points.findLastIndex((p) => p.name === name && p.attributes['peer.service'] === 'catalog');
    await setPeer({ rollingWindowMs: 600_000, retries: 0, fallbackMaxAgeMs: 0 });
    catalog.answer(503);
    await statusOf();
    const before = sink.points.length;
    await vi.waitUntil(() => last(METRIC.breakerFailureRatio) > before, soon);
    expect(last(METRIC.breakerFailureRatio)).toBeGreaterThan(last(METRIC.breakerState));
    await setPeer({ rollingWindowMs: 100 });
    await vi.waitUntil(() => last(METRIC.breakerState) > last(METRIC.breakerFailureRatio), soon);
  });

  test('the rate limit turns away whoever asks more often, and serves him again when it is raised', async () => {
    const statuses = async () => Promise.all(Array.from({ length: 30 }, () => statusOf()));
    const limit = { kind: 'rateLimit', name: 'gateway.address' } as const;
    expect(new Set(await statuses())).toEqual(new Set([200]));
    await set({ ...limit, settings: { capacity: 3, perSecond: 1 } });
    expect(await statuses()).toContain(429);
    await set({ ...limit, settings: { capacity: 2_000, perSecond: 500 } });
    await vi.waitUntil(async () => (await statusOf()) === 200, soon);
  });
});

describe('every setting', () => {
  const told = (of: string, policy: string) =>
    points(METRIC.resilienceSetting).filter(
      ({ attributes }) =>
        attributes[RESILIENCE_ATTR.settingOf] === of && attributes[RESILIENCE_ATTR.policy] === policy,
    );
  const names = (of: string, policy: string) =>
    [...new Set(told(of, policy).map(({ attributes }) => attributes[RESILIENCE_ATTR.setting]))].sort();

  test('is a metric with its name and unit, told anew when one changes and not each second', async () => {
    await vi.waitUntil(() => told('rateLimit', 'gateway.user').length > 0, soon);
    expect(names('peer', 'catalog')).toEqual(Object.keys(PEER_DEFAULTS).sort());
    expect(names('rateLimit', 'gateway.user')).toEqual(['capacity', 'perSecond']);
    await setPeer({ timeoutMs: 2_345 });
    const changed = await vi.waitUntil(
      () => told('peer', 'catalog').find(({ value }) => value === 2_345),
      soon,
    );
    expect(changed.attributes).toMatchObject({
      [RESILIENCE_ATTR.setting]: 'timeoutMs',
      [RESILIENCE_ATTR.unit]: 'ms',
    });
    // Of what is told each second there is more by now than in one export; of the settings, which stay, nothing.
    const heard = told('peer', 'catalog').length;
    const beats = () => points(METRIC.bulkheadUsed).filter((p) => p.attributes['peer.service'] === 'catalog');
    const then = beats().length;
    await vi.waitUntil(() => beats().length > then + 1, soon);
    expect(told('peer', 'catalog')).toHaveLength(heard);
  });

  test('that makes no sense is refused with its field', async () => {
    const settings = { rollingWindowMs: 1, retryTimeLimits: 0, fallbackKept: 0, maxConnections: 0 };
    const answer = await hub.invoke('gateway', 'resilience.set', { kind: 'peer', name: 'catalog', settings });
    expect(answer.ok).toBe(false);
    for (const field of Object.keys(settings)) expect(!answer.ok && answer.message).toContain(field);
  });
});
