import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { hashPassword } from '../sample-services/identity/passwords.ts';
import { clientSecret } from '../sample-services/kit/identity/client-secret.ts';
import { SHOP } from '../scripts/plan.ts';
import { call } from './api.ts';
import { sql } from './ledger.ts';
import { inFiles, inPostgres, inTelemetry, type Sought, timesIn } from './stored.ts';
import { expect, type System, test } from './system.ts';

/** A JSON Web Token, whoever signed it. */
const TOKEN = 'eyJ[A-Za-z0-9_-]{10,}[.]eyJ[A-Za-z0-9_-]{10,}[.][A-Za-z0-9_-]{20,}';
const ADDRESS = '1 Harbour Street, 20095 Hamburg';
const PAGES = [
  ...['/', '/traces', '/breakers', '/queues', '/queues?dead=notifications.email', '/sagas', '/chaos'],
  ...['/scorecard', '/agents?service=payments'],
];
const made = (what: string) => `${what}-${randomBytes(12).toString('hex')}`;

/** A customer with a password that stands nowhere else. */
async function newCustomer(system: System): Promise<{ user: string; password: string }> {
  const [user, password] = [made('secretive'), made('password')];
  const text = 'insert into customer (id, name, password_hash) values ($1, $1, $2)';
  await sql(system, 'identity', text, [user, await hashPassword(password)]);
  return { user, password };
}

interface Answered {
  status: number;
  body: Record<string, string>;
}

/** Asks again, with the same key, for as long as the shop is too busy to answer. */
async function ask(system: System, path: string, body: unknown, token?: string): Promise<Answered> {
  const headers = {
    ...{ 'content-type': 'application/json', 'idempotency-key': made('key') },
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  let answered: Answered = { status: 0, body: {} };
  const send = async () => {
    const answer = await fetch(`${system.gateway}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    answered = { status: answer.status, body: (await answer.json()) as Answered['body'] };
    return answer.status;
  };
  await expect.poll(send, { message: path }).toBeLessThan(429);
  return answered;
}

/** Orders of both modes with cards of their own: confirmed, declined and undeliverable ones, one with a failing provider. */
async function buy(
  system: System,
  token: string,
  cards: Readonly<Record<string, string>>,
): Promise<string[]> {
  const placed: string[] = [];
  for (const mode of ['orchestrated', 'choreographed']) {
    const order = (cardToken: string, address: string) =>
      ask(system, '/orders', { sku: 'sku-01', quantity: 1, mode, cardToken, address }, token);
    for (const cardToken of Object.values(cards)) {
      const { status, body } = await order(cardToken, ADDRESS);
      expect(status, JSON.stringify(body)).toBeLessThan(300);
      placed.push(body.orderId ?? '');
    }
    await order(cards.token ?? '', 'Nowhere 1, 00000 Nowhere');
  }
  return placed;
}

const settled = (system: System, ids: readonly string[]) =>
  expect
    .poll(
      () =>
        sql(system, 'orders', "select id from order_head where id = any($1) and status = 'PENDING'", [ids]),
      { timeout: 120_000 },
    )
    .toEqual([]);

/** Payments' provider fails after it has worked, for a while: error paths have the most to say. */
async function whileProviderFails(system: System, work: () => Promise<void>): Promise<void> {
  const spec = {
    action: { type: 'error', status: 500 },
    target: { kind: 'edge', from: 'payments', to: 'outside-world' },
    position: 'after',
    durationMs: 120_000,
    reason: 'failing charges wanted',
  };
  const { fault } = await call(system.dashboard, 'armFault', { input: { spec } });
  await work();
  await call(system.dashboard, 'releaseFault', { params: { id: fault?.faultId ?? '' } });
}

/** A customer with good and bad luck: gives what must be nowhere, and one name which must be somewhere. */
async function fullRun(
  system: System,
): Promise<{ secret: Record<string, string>; user: string; orders: string[] }> {
  const { user, password } = await newCustomer(system);
  const wrong = made('password');
  expect((await ask(system, '/login', { user, password: wrong })).status).toBe(401);
  const { token = '' } = (await ask(system, '/login', { user, password })).body;
  expect(token).toMatch(new RegExp(TOKEN));

  const cards = { number: '4000056655665556', token: made('tok') };
  const orders = await buy(system, token, cards);
  await settled(system, orders);
  for (const orderId of orders.slice(0, 2)) {
    expect((await ask(system, `/orders/${orderId}/cancel`, {}, token)).status).toBe(200);
  }
  const failing = made('tok');
  const last = { sku: 'sku-01', quantity: 1, mode: 'orchestrated', cardToken: failing, address: ADDRESS };
  await whileProviderFails(system, async () => {
    orders.push((await ask(system, '/orders', last, token)).body.orderId ?? '');
  });
  await settled(system, orders);
  const secret = { ...cards, failing, password, wrong, visa: 'tok_visa', declined: 'tok_declined' };
  // A busy shop may have answered the last one without its id.
  return { secret, user, orders: orders.filter((id) => id !== '') };
}

/** What services prove themselves with. */
function secretsOfShop(system: System): Record<string, string> {
  const file = join(system.dataDir, 'shop-secrets.json');
  const { seal, service }: { seal: string; service: string } = JSON.parse(readFileSync(file, 'utf8'));
  const own = SHOP.map((each) => [each.service, clientSecret(service, each.service)]);
  return { seal, root: service, ...Object.fromEntries(own) };
}

/** That nothing is found proves something only where the search finds what is there. */
async function expectSearchToFind(system: System, user: string, orderId: string): Promise<void> {
  const sees = (text: string): Sought => ({ texts: { text }, pattern: '^nothing is like this$' });
  const places = (hits: { rows: number }[]) => hits.filter(({ rows }) => rows > 0).length;
  expect(places(await inPostgres(system, sees(user)))).toBeGreaterThan(1);
  // One search of all columns takes longer than a usual deadline on a busy machine.
  await expect
    .poll(async () => places(await inTelemetry(system, sees(orderId))), { timeout: 180_000 })
    .toBeGreaterThan(1);
  expect(places(inFiles(system, sees('"service":"gateway"')))).toBeGreaterThan(0);
}

/** The pages of an order's saga and of the trace in which it was placed. */
async function pagesOf(system: System, orderId: string): Promise<string[]> {
  const text = 'select saga_id from order_head where id = $1';
  const [row] = await sql<{ saga_id: string }>(system, 'orders', text, [orderId]);
  const id = row?.saga_id ?? '';
  const saga = () => call(system.dashboard, 'saga', { params: { id } });
  // It is stored a moment after it has happened.
  const trace = () =>
    saga().then(
      ({ traceId }) => traceId,
      () => '',
    );
  await expect.poll(trace, { message: `trace of ${orderId}` }).not.toBe('');
  return [`/sagas/${id}`, `/traces/${await trace()}`];
}

async function expectNotShown(
  page: Page,
  system: System,
  orders: readonly string[],
  sought: Sought,
): Promise<void> {
  const { runs } = await call(system.dashboard, 'runs');
  for (const { id } of runs.slice(0, 10)) {
    const run = await call(system.dashboard, 'run', { params: { id } });
    expect(timesIn(JSON.stringify(run), sought), `run ${id}`).toBe(0);
  }
  const first = runs[0] === undefined ? [] : [`/chaos/runs/${runs[0].id}`];
  const own = (await Promise.all(orders.map((id) => pagesOf(system, id)))).flat();
  for (const path of [...PAGES, ...own, ...first]) {
    await page.goto(`${system.dashboard}${path}`);
    await expect(page.getByRole('main')).toBeVisible();
    // Of a trace the spans come after the page.
    if (path.startsWith('/traces/')) await expect(page.getByRole('main')).toContainText('to the caller');
    expect(timesIn(await page.content(), sought), path).toBe(0);
  }
}

test('no card, password or token is in anything that is stored or shown', async ({ page, system }) => {
  test.setTimeout(480_000);
  const { secret, user, orders } = await fullRun(system);
  const sought: Sought = { pattern: TOKEN, texts: { ...secret, ...secretsOfShop(system) } };
  await expectSearchToFind(system, user, orders[0] ?? '');
  const found = [
    ...(await inPostgres(system, sought)),
    ...(await inTelemetry(system, sought)),
    ...inFiles(system, sought),
  ];
  expect(found.length).toBeGreaterThan(60);
  expect(found.filter(({ rows }) => rows > 0)).toEqual([]);
  // A confirmed one, and the one whose charge failed.
  await expectNotShown(page, system, [orders[0] ?? '', orders.at(-1) ?? ''], sought);
});
