import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { FaultTarget } from '../../../contract/index.ts';
import { battery, type Trial } from '../../testing/battery.ts';
import { type Pair, startPair } from '../../testing/pair.ts';
import { Patience } from '../../testing/patience.ts';
import { Ledger } from '../../testing/promises.ts';

/** Each type at who answers a call and at who makes it; `call-battery.test.ts` has every library and position. */
const MAIN = fileURLToPath(new URL('../../testing/call-service.ts', import.meta.url));
const patience = new Patience(250);
const proofs = new Ledger(import.meta.url);

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({
    main: MAIN,
    capabilities: { peer: 'corrupt:service', service: 'corrupt:service' },
  });
});
afterAll(() => pair?.stop());
let seen: ('well' | 'hurt')[] = [];
beforeEach(async () => {
  seen = [];
  patience.renew();
  await Promise.all([pair.hub.halt('peer'), pair.hub.halt('service')]);
});

const WHOLE = { work: '{"done":true,"name":"work"}', big: 'x'.repeat(20_000) };
type Path = keyof typeof WHOLE;

async function ask(url: string, path: Path): Promise<'well' | 'hurt'> {
  const signal = AbortSignal.timeout(patience.ms);
  try {
    const answer = await fetch(`${url}/${path}`, { signal });
    return (await answer.text()) === WHOLE[path] && answer.status === 200 ? 'well' : 'hurt';
  } catch {
    if (signal.aborted) patience.wasInVain();
    return 'hurt';
  }
}

const SIDES = [
  {
    ...{ name: 'at the service', agent: 'peer', url: () => pair.peer.url },
    target: { kind: 'service', service: 'peer' } as FaultTarget,
  },
  {
    ...{ name: 'at its caller', agent: 'service', url: () => `${pair.service.url}/out/undici` },
    target: { kind: 'edge', from: 'service', to: 'peer' } as FaultTarget,
  },
];
const ROWS: readonly [action: Trial['fault']['action'], path: Path][] = [
  [{ type: 'latency', ms: 60_000 }, 'work'],
  [{ type: 'error' }, 'work'],
  [{ type: 'hang' }, 'work'],
  [{ type: 'reset' }, 'work'],
  [{ type: 'throttle', bytesPerSecond: 1_000 }, 'big'],
  [{ type: 'truncate', afterBytes: 10 }, 'big'],
  [{ type: 'corrupt', patch: { done: false } }, 'work'],
];

for (const { name, agent, url, target } of SIDES) {
  const trials = ROWS.map(
    ([action, path]): Trial => ({
      name: `${action.type} ${name}`,
      fault: { action, target },
      provoke: () => ask(url(), path).then((one) => seen.push(one)),
      sees: () => seen.shift() ?? null,
    }),
  );
  battery(() => ({ service: agent, hub: pair.hub, sink: pair.sink }), trials, proofs);
}

proofs.complete();
