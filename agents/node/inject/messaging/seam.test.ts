import { expect, test } from 'vitest';
import { Lease } from '../../../contract/index.ts';
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
