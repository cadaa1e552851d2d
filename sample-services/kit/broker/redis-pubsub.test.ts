import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readSettings } from '../../../agents/node/settings.ts';
import { startTelemetry } from '../../../agents/node/telemetry.ts';
import { OtlpSink } from '../../../agents/node/testing/otlp-sink.ts';
import { noRedis, type TestServer, testRedis } from '../../testing/brokers.ts';
import { describeBroker } from './contract/battery.ts';
import { Bench, type BrokerUnderTest, message, soon } from './contract/bench.ts';
import { PROMISES } from './promises.ts';
import { RedisPubSubBroker } from './redis-pubsub.ts';

const log = pino({ level: 'silent' });
let redis: TestServer;
beforeAll(async () => {
  if (noRedis !== null) return;
  redis = await testRedis();
  await redis.start();
});
afterAll(() => redis?.stop());

const under = (): BrokerUnderTest => {
  const url = redis.url.replace(/^redis/, 'redis-pubsub');
  return {
    url,
    open: () => new RedisPubSubBroker({ url, log }),
    deadLetters: async () => 0,
    crash: (downMs) => redis.crash(downMs),
  };
};

describeBroker({ name: 'Redis pub/sub', promises: PROMISES['redis-pubsub'], skip: noRedis, under });

describe.skipIf(noRedis !== null)(`Redis pub/sub loses${noRedis === null ? '' : ` (${noRedis})`}`, () => {
  test('what nobody listens to', async () => {
    const on = new Bench(under());
    await on.publish();
    await on.consume();
    const heard = message();
    await on.broker.publish(on.queue, heard);
    await vi.waitFor(() => expect([...on.seenIds]).toEqual([heard.id]), soon);
    await on.close();
  });

  test('what its handler failed with', async () => {
    const on = new Bench(under());
    const failing = message();
    await on.consume(async ({ id }) => {
      if (id === failing.id) throw new Error('not now');
    });
    await on.broker.publish(on.queue, failing);
    const next = message();
    await on.broker.publish(on.queue, next);
    await vi.waitFor(() => expect(on.seen.map(({ id }) => id)).toEqual([failing.id, next.id]), soon);
    await on.close();
  });
});

const title = `the trace of a message on Redis pub/sub${noRedis === null ? '' : ` (${noRedis})`}`;
describe.skipIf(noRedis !== null)(title, () => {
  test('goes on at its consumer, whose span is a child of its producer and links to it', async () => {
    const sink = await OtlpSink.start();
    const env = { OTEL_SERVICE_NAME: 'shop', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
    const telemetry = startTelemetry(readSettings(env, process.pid));
    const on = new Bench(under());
    try {
      await on.consume();
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const order = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
      await on.broker.publish(on.queue, { ...message(), headers: order });
      const span = (kind: string) => vi.waitUntil(() => sink.spans.find((each) => each.kind === kind), soon);
      const producer = await span('producer');
      const attributes = { 'messaging.system': 'redis', 'messaging.destination.name': on.queue.name };
      expect(producer).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331', attributes });
      const { spanId } = producer;
      expect(await span('consumer')).toMatchObject({
        ...{ traceId, parentSpanId: spanId, links: [{ traceId, spanId }], attributes },
      });
    } finally {
      await on.close();
      await telemetry.flush(1_000);
      await sink.close();
    }
  });
});
