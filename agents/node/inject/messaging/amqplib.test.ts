import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import { noRabbitMq, type RabbitMqServer, testRabbitMq } from '../../../queues/testing/index.ts';
import { TestHub } from '../../testing/hub.ts';
import { messageFaults } from '../../testing/mails.ts';
import { OtlpSink } from '../../testing/otlp-sink.ts';
import { Ledger } from '../../testing/promises.ts';
import { type Running, runService } from '../../testing/run.ts';

const WORKER = fileURLToPath(new URL('../../testing/amqp-worker.ts', import.meta.url));
const soon = { timeout: 60_000, interval: 50 };
const proofs = new Ledger(import.meta.url);

const title = `messages of amqplib${noRabbitMq === null ? '' : ` (${noRabbitMq})`}`;
describe.skipIf(noRabbitMq !== null)(title, { timeout: 120_000 }, () => {
  let rabbit: RabbitMqServer;
  let sink: OtlpSink;
  let hub: TestHub;
  let mailer: Running;
  let mailServer: Server;
  beforeAll(async () => {
    [rabbit, sink, hub] = await Promise.all([testRabbitMq(), OtlpSink.start(), TestHub.start()]);
    await rabbit.server.start();
    mailServer = createServer((_, response) => response.end('sent'));
    await new Promise<void>((ready) => mailServer.listen(0, '127.0.0.1', ready));
    const env = {
      BROKER_URL: rabbit.server.url,
      MAIL_SERVER: `http://127.0.0.1:${(mailServer.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      STORMGLASS_HUB: hub.url,
      STORMGLASS_CHAOS: 'on',
    };
    mailer = await runService('mailer', env, WORKER);
    await fetch(`${mailer.url}/mails/first`, { method: 'POST' });
    const able = (capability: string) => hub.hello('mailer')?.capabilities.includes(capability);
    await vi.waitUntil(() => able('ack_lost:consumer') && able('message_drop:producer'), soon);
  }, 240_000);
  afterAll(async () => {
    await mailer?.stop();
    mailServer?.close();
    await Promise.all([hub.close(), sink.close(), rabbit.server.stop()]);
  });
  beforeEach(() => hub.halt('mailer'));

  messageFaults(() => ({ url: mailer.url, hub, sink }), proofs);

  proofs.complete();
});
