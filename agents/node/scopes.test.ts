import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { METRIC, RECEIPT_ATTR, SCOPE_ATTR } from '../contract/index.ts';
import { freePort } from '../host/fixtures/ports.ts';
import { POSTGRES, Supervisor, startPostgres } from '../host/index.ts';
import { noRabbitMq, testRabbitMq } from '../queues/testing/index.ts';
import { TestHub } from './testing/hub.ts';
import { OtlpSink } from './testing/otlp-sink.ts';
import { type Running, runService } from './testing/run.ts';

const soon = { timeout: 30_000, interval: 20 };
const main = (name: string) => fileURLToPath(new URL(`testing/${name}.ts`, import.meta.url));

interface Broker {
  name: string;
  main: string;
  skip: string | null;
  /** Starts it, and gives its URL and what ends it. */
  start(): Promise<{ url: string; stop: () => Promise<unknown> }>;
}

async function postgres() {
  const dataDir = mkdtempSync(join(tmpdir(), 'scopes-'));
  const supervisor = new Supervisor({ logDir: join(dataDir, 'logs'), onEvent: () => undefined });
  const server = await startPostgres({ supervisor, dataDir, port: await freePort() });
  const stop = async () => {
    await supervisor.stop([POSTGRES]);
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { url: await server.database('broker'), stop };
}

async function rabbit() {
  const { server } = await testRabbitMq();
  await server.start();
  return { url: server.url, stop: () => server.stop() };
}

const BROKERS: Broker[] = [
  { name: 'BullMQ on PostgreSQL', main: main('worker'), skip: null, start: postgres },
  { name: 'RabbitMQ', main: main('amqp-worker'), skip: noRabbitMq, start: rabbit },
];

/** POST /mails/x puts a message into the queue, whose handler calls the mail server: what a request began, three hops later. */
describe.each(BROKERS)('a scope, across HTTP and $name', ({ main: worker, skip, start }) => {
  let broker: Awaited<ReturnType<Broker['start']>>;
  let sink: OtlpSink;
  let hub: TestHub;
  let mailer: Running;
  let mailServer: Server;
  let to: string;
  let mails = 0;
  const skipped = skip !== null;

  beforeAll(async () => {
    if (skipped) return;
    [broker, sink, hub] = await Promise.all([start(), OtlpSink.start(), TestHub.start()]);
    mailServer = createServer((_, response) => {
      mails++;
      response.end('sent');
    });
    await new Promise<void>((ready) => mailServer.listen(0, '127.0.0.1', ready));
    to = `127.0.0.1:${(mailServer.address() as AddressInfo).port}`;
    const env = {
      ...{ BROKER_URL: broker.url, MAIL_SERVER: `http://${to}` },
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, STORMGLASS_HUB: hub.url, STORMGLASS_CHAOS: 'on' },
    };
    mailer = await runService('mailer', env, worker);
    await vi.waitUntil(() => hub.hello('mailer')?.capabilities.length, soon);
  });
  afterAll(async () => {
    if (skipped) return;
    await mailer.stop();
    mailServer.close();
    await Promise.all([broker.stop(), hub.close(), sink.close()]);
  });

  const send = (baggage?: string) =>
    fetch(`${mailer.url}/mails/hello`, { method: 'POST', headers: baggage === undefined ? {} : { baggage } });
  const done = async () => JSON.parse(await (await fetch(`${mailer.url}/done`)).text()).done as number;

  test.skipIf(skipped)('hurts the messages of its own requests, and no others', async () => {
    const { faultId } = await hub.arm('mailer', {
      action: { type: 'error' },
      target: { kind: 'edge', from: 'mailer', to },
      selector: { scope: 'ada' },
    });
    const before = await done();
    await send();
    await send('stormglass.scope=ada');
    await send(hub.scope('ada', { key: 'of somebody else' }));
    await send(hub.scope('ada', { expiresInS: -1 }));
    await send(hub.scope('bob'));
    await vi.waitUntil(async () => (await done()) === before + 5, soon);
    // All of them were sent: none had a scope that counts, or the fault's.
    expect(mails).toBe(5);
    await send(`tenant=a,${hub.scope('ada')}`);
    await vi.waitUntil(async () => (await done()) === before + 6, soon);
    expect(mails).toBe(5);
    const hurt = await vi.waitUntil(
      () => sink.spans.find((span) => span.attributes[RECEIPT_ATTR.faultId] === faultId),
      soon,
    );
    expect(hurt).toMatchObject({ service: 'mailer', kind: 'client' });
    expect(await hub.release('mailer', faultId)).toMatchObject({ injections: 1, reverted: true });
    await send(hub.scope('ada'));
    await vi.waitUntil(async () => (await done()) === before + 7, soon);
    expect(mails).toBe(6);
  });

  test.skipIf(skipped)('that is unsigned, signed by another or expired is counted by the agent', async () => {
    const refused = { unsigned: 1, bad_signature: 1, expired: 1 };
    await vi.waitUntil(() => hub.hello('mailer')?.scopesRefused?.expired, soon);
    expect(hub.hello('mailer')?.scopesRefused).toEqual(refused);
    for (const reason of Object.keys(refused)) {
      await vi.waitUntil(
        () =>
          sink.points.some(
            (p) =>
              p.name === METRIC.scopesRefused && p.attributes[SCOPE_ATTR.reason] === reason && p.value > 0,
          ),
        soon,
      );
    }
  });
});
