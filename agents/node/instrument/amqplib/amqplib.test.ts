import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../host/fixtures/ports.ts';
import { noRabbitMq, type RabbitMqServer, testRabbitMq } from '../../../queues/testing/index.ts';
import { TestHub } from '../../testing/hub.ts';
import { OtlpSink } from '../../testing/otlp-sink.ts';
import { type Running, runService } from '../../testing/run.ts';

const WORKER = fileURLToPath(new URL('../../testing/amqp-worker.ts', import.meta.url));
const soon = { timeout: 20_000, interval: 50 };

const title = `a service on amqplib${noRabbitMq === null ? '' : ` (${noRabbitMq})`}`;
describe.skipIf(noRabbitMq !== null)(title, () => {
  let rabbit: RabbitMqServer;
  let sink: OtlpSink;
  let hub: TestHub;
  let worker: Running;
  let mailServer: Server;
  beforeAll(async () => {
    [rabbit, sink, hub] = await Promise.all([testRabbitMq(), OtlpSink.start(), TestHub.start()]);
    await rabbit.server.start();
    const port = await freePort();
    mailServer = createServer((_, response) => response.end('sent')).listen(port, '127.0.0.1');
    const env = {
      BROKER_URL: rabbit.server.url,
      MAIL_SERVER: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      STORMGLASS_HUB: hub.url,
      STORMGLASS_CHAOS: 'on',
    };
    worker = await runService('mailer', env, WORKER);
    await vi.waitUntil(() => hub.hello('mailer')?.capabilities.includes('consumer_stop:consumer'), soon);
  });
  afterAll(async () => {
    await worker?.stop();
    mailServer?.close();
    await Promise.all([hub.close(), sink.close(), rabbit.server.stop()]);
  });

  const send = (name: string) => fetch(`${worker.url}/mails/${name}`, { method: 'POST' });
  const done = async () => JSON.parse(await (await fetch(`${worker.url}/done`)).text()).done as number;

  test('its consumer is part of the trace of its producer, links to it, and lasts until the message is settled', async () => {
    await send('hello');
    const producer = await vi.waitUntil(() => sink.spans.find(({ kind }) => kind === 'producer'), soon);
    const consumer = await vi.waitUntil(() => sink.spans.find(({ kind }) => kind === 'consumer'), soon);
    const request = await vi.waitUntil(() => sink.spans.find(({ kind }) => kind === 'server'), soon);
    const about = {
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': 'mails',
      'messaging.message.id': 'm-1',
      'messaging.message.conversation_id': 'saga-1',
    };
    expect(producer).toMatchObject({
      name: 'send mails',
      traceId: request.traceId,
      attributes: { ...about, 'messaging.operation.type': 'send' },
    });
    expect(consumer).toMatchObject({
      name: 'process mails',
      traceId: producer.traceId,
      parentSpanId: producer.spanId,
      links: [{ traceId: producer.traceId, spanId: producer.spanId }],
      attributes: { ...about, 'messaging.operation.type': 'process' },
    });
  });

  test('what it does while it handles a message belongs to that message', async () => {
    await send('bad');
    const consumers = () => sink.spans.filter(({ kind }) => kind === 'consumer');
    const [, second] = await vi.waitUntil(() => (consumers().length >= 2 ? consumers() : undefined), soon);
    await vi.waitUntil(() => sink.spans.some(({ parentSpanId }) => parentSpanId === second?.spanId), soon);
  });

  test('a stopped consumer leaves its messages in the queue, and goes on when the lease ends', async () => {
    const before = await done();
    const { faultId, answer } = await hub.arm('mailer', {
      action: { type: 'consumer_stop' },
      target: { kind: 'consumer', service: 'mailer', queue: 'mails' },
    });
    expect(answer).toMatchObject({ ok: true });
    for (let i = 0; i < 5; i++) expect((await send('hello')).ok).toBe(true);
    expect(await done()).toBe(before);
    expect(await hub.release('mailer', faultId)).toMatchObject({
      reverted: true,
      readBack: '1 of 1 workers run again',
    });
    await vi.waitUntil(async () => (await done()) === before + 5, soon);
  });
});
