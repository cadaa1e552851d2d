import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import { TestHub } from '../../testing/hub.ts';
import { type MailEffect, messageFaults } from '../../testing/mails.ts';
import { OtlpSink } from '../../testing/otlp-sink.ts';
import { Ledger } from '../../testing/promises.ts';
import { type Running, runService } from '../../testing/run.ts';

const WORKER = fileURLToPath(new URL('../../testing/kafka-worker.ts', import.meta.url));
const soon = { timeout: 60_000, interval: 50 };
const proofs = new Ledger(import.meta.url);
const receipt = 'the library hands a message over outside of any span: the only one is its handler`s own';
const spanless = (effect: MailEffect): MailEffect =>
  effect.side === 'consumer' ? { ...effect, without: { receipt } } : effect;

/** All is real but the library itself: there is no broker for it here, so that its commits and rebalances are not shown. */
describe('messages of kafkajs, at the seam and without a broker', { timeout: 120_000 }, () => {
  let sink: OtlpSink;
  let hub: TestHub;
  let mailer: Running;
  beforeAll(async () => {
    [sink, hub] = await Promise.all([OtlpSink.start(), TestHub.start()]);
    const env = {
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, STORMGLASS_HUB: hub.url },
      STORMGLASS_CHAOS: 'on',
    };
    mailer = await runService('mailer', env, WORKER);
    await fetch(`${mailer.url}/mails/first`, { method: 'POST' });
    const able = (capability: string) => hub.hello('mailer')?.capabilities.includes(capability);
    await vi.waitUntil(() => able('ack_lost:consumer') && able('message_drop:producer'), soon);
  }, 120_000);
  afterAll(async () => {
    await mailer?.stop();
    await Promise.all([hub.close(), sink.close()]);
  });
  beforeEach(() => hub.halt('mailer'));

  messageFaults(
    () => ({ url: mailer.url, hub, sink }),
    proofs,
    (common) => common.map(spanless),
  );

  proofs.complete();
});
