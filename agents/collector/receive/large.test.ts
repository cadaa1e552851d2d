import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, kv, post, type SpanInit, traceRequest } from '../testing/requests.ts';

let collector: TestCollector;
beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.dispose());

const stored = (service: string, expected: number) =>
  eventually(`${expected} spans of ${service}`, async () => {
    const rows = await collector.rows<{ n: number }>(
      `SELECT count() AS n FROM otel_traces WHERE ServiceName = '${service}'`,
    );
    return Number(rows[0]?.n) === expected ? rows : null;
  });

test('the largest request that is taken is stored', async () => {
  const attributes = Array.from({ length: 14 }, (_, i) => kv(`http.request.attribute.${i}`, 'some value'));
  const spans = Array.from(
    { length: 80_000 },
    (_, i): SpanInit => ({ traceId: hexId(i + 1, 16), spanId: hexId(i + 1, 8), attributes }),
  );
  const body = traceRequest('large', spans);
  expect(body.length).toBeGreaterThan(50_000_000);
  expect(body.length).toBeLessThan(67_108_864);
  expect((await post(collector.otlp, 'traces', body)).status).toBe(200);
  await stored('large', spans.length);
}, 120_000);

test('what cannot be stored is refused and holds up nobody', async () => {
  const span = { traceId: hexId(1, 16), spanId: hexId(1, 8) };
  const attributes = Array.from({ length: 500_000 }, () => kv('k', true));
  const answer = await post(collector.otlp, 'traces', traceRequest('odd', [{ ...span, attributes }]));
  expect(answer.status).toBe(413);
  expect((await post(collector.otlp, 'traces', traceRequest('after', [span]))).status).toBe(200);
  await stored('after', 1);
  expect(await collector.stats()).toMatchObject({ quarantined: 0, loadFailures: 0 });
});
