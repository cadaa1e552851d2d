import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import type { FaultType } from '../../contract/index.ts';
import { battery, type Trial } from '../../node/testing/battery.ts';
import { Patience } from '../../node/testing/patience.ts';
import { Ledger } from '../../node/testing/promises.ts';
import { startTestHost, type TestHost } from '../fixtures/host.ts';

const soon = { timeout: 60_000, interval: 25 };
const MIB = 1_048_576;
const patience = new Patience(250);
const proofs = new Ledger(import.meta.url);
const target = { kind: 'process', service: 'orders' } as const;

let world: TestHost;
let directory: string;
beforeAll(async () => {
  world = await startTestHost();
  directory = join(world.folder, 'own');
  mkdirSync(directory);
  const { ready, ...row } = world.row('orders-1', { directory });
  // Not ready while a fault is on: those that are over when it is back are there until they are released.
  await world.supervisor.start({ ...row, ready: async () => world.hub.quiet && ready() });
  await vi.waitUntil(() => world.hub.hello('host'), soon);
}, 60_000);
afterAll(() => world?.stop());

let seen: ('well' | 'hurt')[] = [];
/** Of the process that answered last. */
let pid = 0;
beforeEach(async () => {
  seen = [];
  patience.renew();
  await world.hub.halt('host');
});

/** A client of the service that notices when it is answered by somebody else than before. */
async function ask(): Promise<'well' | 'hurt'> {
  const signal = AbortSignal.timeout(patience.ms);
  try {
    const answer = await fetch(world.url('orders-1'), { signal });
    await answer.text();
    const before = pid;
    pid = Number(answer.headers.get('x-pid'));
    return before === 0 || before === pid ? 'well' : 'hurt';
  } catch {
    if (signal.aborted) patience.wasInVain();
    return 'hurt';
  }
}

const ofProcess = (type: FaultType, parameters: object = {}): Trial => ({
  name: type,
  fault: { action: { type, ...parameters }, target },
  provoke: () => ask().then((one) => seen.push(one)),
  sees: () => seen.shift() ?? null,
  without: { receipt: 'its host has no spans, and a process that is down sends none' },
});

const HOUR = 600_000;
battery(
  () => ({ service: 'host', hub: world.hub }),
  [
    ofProcess('process_kill', { restartAfterMs: HOUR }),
    ofProcess('process_terminate', { restartAfterMs: HOUR }),
    ofProcess('process_pause'),
    ofProcess('process_restart'),
    ofProcess('process_scale', { replicas: 0 }),
    ofProcess('token_authority_down'),
    ofProcess('broker_outage'),
    {
      name: 'disk_full',
      fault: { action: { type: 'disk_full', bytes: 4 * MIB }, target },
      provoke: () => undefined,
      sees: () => (readdirSync(directory).length === 0 ? 'well' : 'hurt'),
      without: { receipt: 'it hurts the whole process and no single call' },
    },
  ],
  proofs,
);

proofs.complete();
