import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Database } from '../../kit/database.ts';
import { fixedEndpoint } from '../../kit/peer/endpoints.ts';
import { Peer } from '../../kit/peer/peer.ts';
import { seededRandom } from '../../kit/random.ts';
import { Answering } from '../../testing/answering.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { readRecent } from '../read.ts';
import { ORDERVIEW_SCHEMA } from '../schema.ts';
import { readBuilder, readGenerations } from './generations.ts';
import { Rebuilder } from './rebuild.ts';

/** Two replicas of orderview on one database, and an owner who has a few pages of events. */
const soon = { timeout: 30_000, interval: 20 };
const log = pino({ level: 'silent' });
const PAGES = 4;
const AT = new Date().toISOString();
const orders = Array.from({ length: PAGES }, () => randomUUID());

let postgres: TestPostgres;
let db: Database;
let owner: Answering;
let peer: Peer;
let replicas: Rebuilder[];
beforeAll(async () => {
  postgres = await startTestPostgres();
  db = new Database({ url: await postgres.database('view'), schema: ORDERVIEW_SCHEMA, log, max: 10 });
  owner = await Answering.start('orders');
  await db.whenReady();
});
beforeEach(() => {
  peer = new Peer({
    ...{ name: 'orders', endpoints: fixedEndpoint('orders-1', owner.url), random: seededRandom(1) },
    settings: { timeoutMs: 30_000 },
  });
  replicas = open();
  owner.calls.length = 0;
  owner.handle = (request, response) => response.end(page(request.url ?? ''));
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await peer.close();
});
afterAll(async () => {
  await owner.stop();
  await db.close();
  await postgres.stop();
});

const open = () => [1, 2].map((n) => new Rebuilder({ db, sources: [peer], log, instance: `orderview-${n}` }));

/** One order a page, which the owner numbered 1 to `PAGES`. */
function page(url: string): string {
  const after = Number(new URL(url, 'http://orders').searchParams.get('after'));
  const orderId = orders[after];
  const data = { ...{ userId: 'u', sku: 's', quantity: 1, amount: 5 }, sealedCard: '', address: '' };
  const head = { id: `e-${after}`, orderId, sagaId: 's', stream: `order:${orderId}`, version: 1, at: AT };
  const event = { ...head, mode: 'orchestrated', type: 'ORDER_CREATED', data };
  const events = orderId === undefined ? [] : [event];
  return JSON.stringify({ events, next: Math.min(after + 1, PAGES), newest: PAGES });
}

const both = async () => {
  const begun = await Promise.all(replicas.map((replica) => replica.begin()));
  return begun[0] ?? 0;
};
const finished = (generation: number) =>
  vi.waitFor(async () => {
    const { current, building } = await readGenerations(db);
    expect({ current, building }).toEqual({ current: generation, building: null });
  }, soon);

describe('a rebuild with two replicas', () => {
  test('is done by one of them, each page once', async () => {
    await finished(await both());
    expect(owner.calls.map(({ path }) => /after=(\d+)/.exec(path)?.[1])).toEqual(['0', '1', '2', '3']);
    expect((await replicas[0]?.progress())?.map(({ events }) => events)).toEqual([PAGES]);
    expect((await readRecent(db, 10)).map(({ orderId }) => orderId).sort()).toEqual(orders.toSorted());
  });

  test('says who builds under which epoch; who was overtaken in the middle of a page writes nothing of it', async () => {
    let answer = () => {};
    owner.handle = (request, response) => {
      answer = () => response.end(page(request.url ?? ''));
    };
    const generation = await both();
    await vi.waitFor(() => expect(owner.calls).toHaveLength(1), soon);
    const builder = await readBuilder(db);
    expect(builder?.owner).toMatch(/^orderview-[12]\//);
    // Its lock goes to somebody else while it waits for the page.
    await db.query(`update lease set owner = 'orderview-9/x', epoch = epoch + 1 where name = 'rebuild'`);
    const ended = Promise.all(replicas.map((replica) => replica.stop()));
    answer();
    await ended;
    const [source] = (await replicas[0]?.progress()) ?? [];
    expect(source).toMatchObject({ events: 0, finished: false });
    expect(await db.query('select 1 from view_event where generation = $1', [generation])).toEqual([]);
    // When that one is gone, too, a replica goes on under the next epoch.
    await db.query(`update lease set expires_at = now() where name = 'rebuild'`);
    owner.handle = (request, response) => response.end(page(request.url ?? ''));
    replicas = open();
    await finished(generation);
    const [lease] = await db.query<{ epoch: number }>(`select epoch from lease where name = 'rebuild'`);
    expect(lease?.epoch).toBe((builder?.epoch ?? 0) + 2);
  });
});
