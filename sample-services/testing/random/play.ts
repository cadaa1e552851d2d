import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { Stage } from '../ablations/stage.ts';
import { harm } from './harm.ts';
import type { RandomFault, RandomOrder, Round } from './round.ts';

const long = { timeout: 180_000, interval: 100 };

const WANTED: Readonly<Record<RandomOrder['kind'], Record<string, unknown>>> = {
  good: {},
  'sold-out': { sku: 'sku-sold-out' },
  declined: { cardToken: 'tok_declined' },
  nowhere: { address: '1 Nowhere Road, 00000 Atlantis' },
  cancelled: {},
  returned: {},
};

/** Faults that need somebody who answers come before those after which nobody does. */
const rank = ({ fault }: RandomFault): number => (['again', 'crash', 'pool'].includes(fault) ? 0 : 1);

/** Plays a round to its end: its orders are placed into its faults, everything heals, and every order comes to rest. */
export async function play(stage: Stage, { orders, faults, forMs }: Round): Promise<void> {
  const ends: (() => Promise<void>)[] = [];
  for (const fault of [...faults].sort((a, b) => rank(a) - rank(b)))
    ends.push(await harm(stage, fault, forMs));
  const placing = Promise.all(orders.map((order) => customer(stage, order)));
  // How long the faults last, not a wait for anything.
  await pause(forMs);
  for (const end of ends.reverse()) await end();
  await stage.heal();
  const placed = await placing;
  await Promise.all(placed.map((orderId) => stage.settled(orderId, long)));
  await Promise.all(
    orders.map(async ({ kind }, i) => {
      if (kind !== 'returned') return;
      // It may have asked too early, or have been heard by nobody.
      await call(stage, `/orders/${placed[i]}/return`);
      await stage.settled(placed[i] ?? '', long);
    }),
  );
}

/** Orders, repeats the same order until he hears of it, and has only one then; he may change his mind at any moment. */
async function customer(stage: Stage, { mode, kind }: RandomOrder): Promise<string> {
  const key = randomUUID();
  const wanted = { mode, ...WANTED[kind] };
  const heard = new Set<string>();
  const order = async () => {
    const answer = await stage.shop.order(wanted, key);
    if (answer?.orderId === undefined) throw new Error('no answer yet');
    heard.add(answer.orderId);
    return answer.orderId;
  };
  // Customers who all repeat ten times a second would be a fault of their own.
  const patient = { ...long, interval: 1_000 };
  const ordering = vi.waitFor(order, patient);
  ordering.catch(() => undefined);
  if (kind === 'cancelled') await call(stage, `/orders/${await stage.placed(key, long)}/cancel`);
  const orderId = await ordering;
  if (kind === 'returned') await call(stage, `/orders/${orderId}/return`);
  await vi.waitFor(order, patient);
  expect([...heard]).toEqual([orderId]);
  return orderId;
}

/** Asked for once; what comes of it under faults is the shop's business. */
async function call(stage: Stage, path: string): Promise<void> {
  await fetch(`${stage.shop.services.orders.url}${path}`, { method: 'POST' }).catch(() => undefined);
}
