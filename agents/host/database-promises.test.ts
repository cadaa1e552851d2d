import pg from 'pg';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import type { FaultType } from '../contract/index.ts';
import { battery, type Trial } from '../node/testing/battery.ts';
import { Patience } from '../node/testing/patience.ts';
import { Ledger } from '../node/testing/promises.ts';
import { startTestHost, type TestHost } from './fixtures/host.ts';
import { freePort } from './free-port.ts';
import { startPostgres } from './postgres.ts';

const soon = { timeout: 60_000, interval: 25 };
/** The client's own for a statement. */
const patience = new Patience(250);
const proofs = new Ledger(import.meta.url);
const target = { kind: 'database', service: 'orders' } as const;

let world: TestHost;
let url: string;
beforeAll(async () => {
  world = await startTestHost(async (supervisor, folder) => {
    const postgres = await startPostgres({ supervisor, dataDir: folder, port: await freePort() });
    url = await postgres.database('orders');
    return { adminUrl: postgres.adminUrl };
  });
  await vi.waitUntil(() => world.hub.hello('host'), soon);
  await asked('create table parcel (id int)');
}, 120_000);
afterAll(() => world?.stop());

let seen: ('well' | 'hurt')[] = [];
beforeEach(async () => {
  seen = [];
  patience.renew();
  await world.hub.halt('host');
});

async function asked(statement: string): Promise<'well' | 'hurt'> {
  const client = new pg.Client({ connectionString: url, statement_timeout: patience.ms });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(statement);
    return 'well';
  } catch {
    patience.wasInVain();
    return 'hurt';
  } finally {
    await client.end();
  }
}

const database = (type: FaultType, parameters: object = {}): Trial => ({
  name: type,
  fault: { action: { type, ...parameters }, target },
  provoke: () => asked('select count(*) from parcel').then((one) => seen.push(one)),
  sees: () => seen.shift() ?? null,
  without: { receipt: 'it is done at the server, which has no spans' },
});

battery(
  () => ({ service: 'host', hub: world.hub }),
  [database('database_outage'), database('broker_outage'), database('lock_contention', { table: 'parcel' })],
  proofs,
);

proofs.complete();
