import { trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { inVariant, Lease } from '../../../contract/index.ts';
import type { Grip } from '../../leases.ts';
import { MessageSeam } from './seam.ts';

const lease = Lease.parse({
  ...{ faultId: 'f1', owner: 'test', ttlMs: 60_000, remainingMs: 60_000 },
  spec: {
    action: { type: 'message_drop' },
    target: { kind: 'producer', service: 'mailer', queue: 'mails' },
  },
});
const message = {
  pass: async () => 'sent',
  again: async () => undefined,
  copy: async () => undefined,
  swallow: async () => 'swallowed',
  poisoned: async () => 'poisoned',
};

function armed(take: Grip['take']): MessageSeam {
  const seam = new MessageSeam(() => undefined);
  seam.knows('producer', 'mails');
  seam.arm({ lease, take });
  return seam;
}

test('an injector that throws lets the message through', async () => {
  const seam = armed(() => {
    throw new Error('a bug of ours');
  });
  expect(await seam.sending('mails', undefined, message)).toBe('sent');
});

test('a lease that is spent lets the message through', async () => {
  expect(await armed(() => null).sending('mails', undefined, message)).toBe('sent');
});

test('what the send itself throws is the sender`s to hear', async () => {
  const seam = new MessageSeam(() => undefined);
  const failing = { ...message, pass: () => Promise.reject(new Error('no broker')) };
  await expect(seam.sending('mails', undefined, failing)).rejects.toThrow('no broker');
});

test('offers nothing before a library was seen to send, and only its own side then', () => {
  const seam = new MessageSeam(() => undefined);
  expect(seam.capabilities).toEqual([]);
  seam.knows('producer', 'mails');
  expect(seam.capabilities).toContain('message_drop:producer');
  expect(seam.capabilities).not.toContain('ack_lost:consumer');
});

test('a variant spares the messages of all other traces, and of none', async () => {
  const seam = new MessageSeam(() => undefined);
  seam.knows('producer', 'mails');
  const variant = { salt: 'cell', percentage: 50 };
  const spec = { ...lease.spec, selector: { ...lease.spec.selector, variant } };
  seam.arm({ lease: { ...lease, spec }, take: () => () => undefined });
  for (let i = 0; i < 100; i++) {
    const traceId = i.toString(16).padStart(32, '0');
    const span = trace.wrapSpanContext({ traceId, spanId: '1'.repeat(16), traceFlags: 1 });
    const hurt = (await seam.sending('mails', span, message)) === 'swallowed';
    expect(hurt).toBe(inVariant(variant, traceId));
  }
  expect(await seam.sending('mails', undefined, message)).toBe('sent');
});
