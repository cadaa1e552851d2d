import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { battery, type Trial } from '../node/testing/battery.ts';
import { Patience } from '../node/testing/patience.ts';
import { Ledger } from '../node/testing/promises.ts';
import { startTestHost, type TestHost } from './fixtures/host.ts';
import { echo, Rig } from './proxy/testing/rig.ts';

const soon = { timeout: 60_000, interval: 25 };
const patience = new Patience(150);
const LETTER = 'x'.repeat(65_536);
const proofs = new Ledger(import.meta.url);

let world: TestHost;
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start(echo);
  world = await startTestHost(async () => ({ proxyApi: rig.api, reach: ['link'] }));
  await vi.waitUntil(() => world.hub.hello('host'), soon);
}, 60_000);
afterAll(async () => {
  await world?.stop();
  await rig?.close();
});

let seen: ('well' | 'hurt')[] = [];
beforeEach(async () => {
  seen = [];
  patience.renew();
  await world.hub.halt('host');
});

/** A client that sends a letter, wants all of it back, and then that the other end hangs up as it does. */
async function write(): Promise<'well' | 'hurt'> {
  const waits = { timeout: patience.ms, interval: 5 };
  try {
    const client = await rig.client();
    try {
      client.send(LETTER);
      await vi.waitUntil(() => client.bytes === LETTER.length, waits);
      client.socket.end();
      await vi.waitUntil(() => client.ended, waits);
      return client.error === '' ? 'well' : 'hurt';
    } finally {
      client.socket.destroy();
    }
  } catch {
    patience.wasInVain();
    return 'hurt';
  }
}

const HOUR = 600_000;
const ACTIONS: readonly Trial['fault']['action'][] = [
  { type: 'network_latency', latency: HOUR },
  { type: 'network_bandwidth', rate: 1 },
  { type: 'network_slow_close', delay: HOUR },
  { type: 'network_timeout' },
  { type: 'network_reset_peer' },
  { type: 'network_slicer', average_size: 1_024, size_variation: 0, delay: 100_000 },
  { type: 'network_limit_data', bytes: 10 },
  { type: 'network_down' },
  { type: 'network_partition' },
];

battery(
  () => ({ service: 'host', hub: world.hub }),
  ACTIONS.map((action) => ({
    name: action.type,
    fault: { action, target: { kind: 'proxy', service: 'link' } },
    provoke: () => write().then((one) => seen.push(one)),
    sees: () => seen.shift() ?? null,
    without: { receipt: 'a proxy of bytes knows no spans' },
  })),
  proofs,
);

proofs.complete();
