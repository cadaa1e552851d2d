import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { addCommand } from './command.ts';
import { Database } from './database.ts';
import { createApp } from './http/app.ts';
import { addGuard } from './http/guard.ts';
import type { App } from './http/route.ts';
import { IDEMPOTENCY_SCHEMA } from './idempotency.ts';
import { ALGORITHM, ISSUER } from './identity/claims.ts';
import { KeySet } from './identity/key-set.ts';

const log = pino({ level: 'silent' });
const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);

let postgres: TestPostgres;
let db: Database;
const apps: App[] = [];
let runs = 0;
beforeAll(async () => {
  postgres = await startTestPostgres();
  db = new Database({ url: await postgres.database('commands'), schema: IDEMPOTENCY_SCHEMA, log });
  await db.whenReady();
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await db.close();
  await postgres.stop();
});

/** A service with one command, which counts how often it was really done. */
async function open(guarded: boolean): Promise<App> {
  const app = await createApp('payments', '1', log, null);
  const key = { ...(await exportJWK(publicKey)), kid: 'one', kty: 'EC' };
  if (guarded) addGuard(app, 'payments', new KeySet(async () => ({ keys: [key] })));
  addCommand(app, db, {
    ...{ path: '/charges', summary: 'Charge', permission: 'payments:charge' },
    body: z.object({ amount: z.number() }),
    answer: z.object({ run: z.number() }),
    work: async () => ({ run: ++runs }),
  });
  apps.push(app);
  return app;
}

const tokenOf = (service: string): Promise<string> =>
  new SignJWT({ kind: 'service', scope: 'payments:charge' })
    .setProtectedHeader({ alg: ALGORITHM, kid: 'one' })
    .setIssuer(ISSUER)
    .setSubject(service)
    .setAudience('payments')
    .setExpirationTime('1 min')
    .sign(privateKey);

async function charge(app: App, key: string, amount: number, service?: string): Promise<unknown> {
  const headers = {
    'idempotency-key': key,
    ...(service === undefined ? {} : { authorization: `Bearer ${await tokenOf(service)}` }),
  };
  const answer = await app.inject({ method: 'POST', url: '/charges', headers, payload: { amount } });
  return answer.statusCode === 201 ? answer.json().run : answer.json().error.code;
}

test('a caller’s key is his own: another caller’s same key is another command', async () => {
  const app = await open(true);
  const first = await charge(app, 'k', 1, 'orders');
  expect(await charge(app, 'k', 1, 'orders')).toBe(first);
  expect(await charge(app, 'k', 2, 'orders')).toBe('idempotency_mismatch');
  const other = await charge(app, 'k', 2, 'billing');
  expect(other).not.toBe(first);
  expect(await charge(app, 'k', 2, 'billing')).toBe(other);
});

test('while nobody asks for tokens all callers are one, who is none of those with a token', async () => {
  const [open1, guarded] = [await open(false), await open(true)];
  const first = await charge(open1, 'anon', 1);
  expect(await charge(open1, 'anon', 1)).toBe(first);
  expect(await charge(guarded, 'anon', 1, 'orders')).not.toBe(first);
});
