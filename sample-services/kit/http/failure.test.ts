import { pino } from 'pino';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createApp } from './app.ts';

const Stored = z.object({ amount: z.number() });

test('a request that does not fit is refused; a stored value that does not is our own failure', async () => {
  const app = await createApp('shop', '1.0.0', pino({ level: 'silent' }), null);
  const schema = { summary: 'Read what is stored', querystring: Stored.partial(), response: { 200: Stored } };
  // Whatever was done before it was read is done: to say `invalid_request` would mean that nothing was.
  app.get('/stored', { schema, config: { permission: 'open' } }, () => Stored.parse({ amount: 'much' }));
  const refused = await app.inject('/stored?amount=much');
  expect([refused.statusCode, refused.json().error.code]).toEqual([400, 'invalid_request']);
  const failed = await app.inject('/stored');
  expect([failed.statusCode, failed.json().error.code]).toEqual([500, 'internal']);
  await app.close();
});
