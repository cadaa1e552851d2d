import { fileURLToPath } from 'node:url';
import { BREAKER_ATTR, EVENT, METRIC, RESILIENCE_ATTR } from '@stormglass/agents/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OtlpSink } from '../../../agents/node/testing/otlp-sink.ts';
import { type Running, runService } from '../../../agents/node/testing/run.ts';
import { Answering } from '../../testing/answering.ts';

const MAIN = fileURLToPath(new URL('../../testing/calling.ts', import.meta.url));
const soon = { timeout: 20_000, interval: 20 };

let sink: OtlpSink;
let instances: Answering[];
let caller: Running;
beforeEach(async () => {
  sink = await OtlpSink.start();
  instances = await Promise.all([Answering.start(), Answering.start()]);
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    PEER_URLS: instances.map(({ url }) => url).join(','),
  };
  caller = await runService('caller', env, MAIN);
});
afterEach(async () => {
  await caller.stop();
  await Promise.all([sink.close(), ...instances.map((each) => each.stop())]);
});
const call = async () => (await fetch(`${caller.url}/call`)).json();
const points = (name: string) => sink.points.filter((p) => p.name === name);
const total = (name: string, attribute?: string, value?: string) =>
  points(name)
    .filter((p) => attribute === undefined || p.attributes[attribute] === value)
    .reduce((sum, p) => sum + p.value, 0);
const newest = (name: string) => points(name).at(-1)?.value;

test('an instance that is left out is an event with the reason, and counted; repetitions say whether they helped', async () => {
  instances[0]?.answer(503);
  await vi.waitUntil(async () => {
    expect(await call()).toMatchObject({ kind: 'ok', stale: false });
    return sink.events(EVENT.outlierEjected).length > 0;
  }, soon);
  expect(sink.events(EVENT.outlierEjected)[0]).toMatchObject({
    service: 'caller',
    attributes: {
      'peer.service': 'peer',
      [RESILIENCE_ATTR.instance]: 'peer-1',
      [RESILIENCE_ATTR.errors]: 3,
      [RESILIENCE_ATTR.ejectedFor]: 30,
    },
  });
  await vi.waitUntil(() => newest(METRIC.outlierEjected) === 1, soon);
  await vi.waitUntil(() => total(METRIC.retryAttempts, RESILIENCE_ATTR.result, 'success') === 3, soon);
});

test('slots of the bulkhead, their limit and the line before them are metrics', async () => {
  const held = instances.map((instance) => instance.hold());
  const calls = Array.from({ length: 5 }, call);
  await vi.waitUntil(() => newest(METRIC.bulkheadQueue) === 3, soon);
  expect([newest(METRIC.bulkheadUsed), newest(METRIC.bulkheadLimit)]).toEqual([2, 2]);
  for (const release of held) release();
  await Promise.all(calls);
  await vi.waitUntil(() => newest(METRIC.bulkheadUsed) === 0 && newest(METRIC.bulkheadQueue) === 0, soon);
});

test('an answer from memory is counted, and marks the span that got it with its age', async () => {
  await call();
  for (const instance of instances) instance.answer(503);
  expect(await call()).toMatchObject({ kind: 'ok', stale: true });
  await vi.waitUntil(() => total(METRIC.breakerFallbacks, BREAKER_ATTR.name, 'peer') === 1, soon);
  const span = await vi.waitUntil(
    () => sink.spans.find((each) => each.attributes[RESILIENCE_ATTR.stale] === true),
    soon,
  );
  expect(span.service).toBe('caller');
  expect(span.attributes[RESILIENCE_ATTR.staleAge]).toBeGreaterThanOrEqual(0);
});
