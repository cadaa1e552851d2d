import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import { type Pooled, startPooled } from '../../../host/fixtures/pooled.ts';
import { type MailEffect, messageFaults } from '../../testing/mails.ts';
import { Ledger } from '../../testing/promises.ts';

const soon = { timeout: 60_000, interval: 50 };
const proofs = new Ledger(import.meta.url);
const STOP: MailEffect = {
  action: { type: 'consumer_stop' },
  side: 'consumer',
  handled: null,
  without: { receipt: 'a message that nobody fetches has no span yet' },
};

describe('messages of BullMQ', { timeout: 120_000 }, () => {
  let mailer: Pooled;
  beforeAll(async () => {
    mailer = await startPooled('mailer', 'worker.ts', 'BROKER_URL', { LOCK_MS: '3000' });
    const able = () => mailer.hub.hello('mailer')?.capabilities.includes('ack_lost:consumer');
    await vi.waitUntil(able, soon);
    // The queue is known by its first message.
    await fetch(`${mailer.running.url}/mails/first`, { method: 'POST' });
    const sends = () => mailer.hub.hello('mailer')?.capabilities.includes('message_drop:producer');
    await vi.waitUntil(sends, soon);
  }, 120_000);
  afterAll(() => mailer?.stop());
  beforeEach(() => mailer.hub.halt('mailer'));

  messageFaults(
    () => ({ url: mailer.running.url, hub: mailer.hub, sink: mailer.sink }),
    proofs,
    (common) => [...common, STOP],
  );

  proofs.complete();
});
