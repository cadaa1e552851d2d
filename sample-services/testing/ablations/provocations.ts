import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { QUEUES } from '../../events/queues.ts';
import type { Stage } from './stage.ts';

const soon = { timeout: 60_000, interval: 50 };

/** Does harm to one order, and gives its id when nothing more will come of it by itself. */
export type Provocation = (stage: Stage) => Promise<string>;

type Called = 'inventory' | 'payments' | 'shipping';

/** The action is carried out, its answer is lost once. */
export const lostReply =
  (service: Called, path: string): Provocation =>
  (stage) => {
    stage.shop.meddlers[service].meddle(path, 'lose-reply', 1);
    return stage.ordered();
  };

/** Every attempt of the action comes when its saga has given it up and undone it. */
export const lateAction =
  (service: Called, path: string): Provocation =>
  async (stage) => {
    const meddler = stage.shop.meddlers[service];
    meddler.meddle(path, 'late');
    const orderId = await stage.ordered();
    meddler.heal();
    meddler.releaseHeld();
    return orderId;
  };

/** An order whose charge is on its way, so that whoever drives its saga waits for it. */
async function charging(stage: Stage): Promise<string> {
  const { payments } = stage.shop.meddlers;
  payments.meddle('/charges', 'delay', 1);
  const key = randomUUID();
  // Nobody waits for its answer: its service will not be there to give one.
  const answer = stage.shop.order({}, key);
  await vi.waitFor(() => expect(payments.holding).toBe(1), soon);
  answer.catch(() => undefined);
  return stage.placed(key);
}

/** kill -9 in the middle of a charge; the replica is there, and the dead one does not come back. */
export const deadOwner: Provocation = async (stage) => {
  const orderId = await charging(stage);
  await stage.process('orders').kill();
  stage.shop.meddlers.payments.releaseHeld();
  return orderId;
};

/** The same, and its customer cancels while the charge is out. */
export const deadOwnerOfCancelled: Provocation = async (stage) => {
  const orderId = await charging(stage);
  const cancelled = await fetch(`${stage.replica.url}/orders/${orderId}/cancel`, { method: 'POST' });
  expect(cancelled.ok).toBe(true);
  await stage.process('orders').kill();
  stage.shop.meddlers.payments.releaseHeld();
  return stage.settled(orderId);
};

/** The driver of a saga stands still until another one has finished it, and then goes on where it was. */
export const sleepingOwner: Provocation = async (stage) => {
  const orderId = await charging(stage);
  const owner = stage.process('orders');
  await owner.pauseAnd(async () => {
    await stage.settled(orderId);
    stage.shop.meddlers.payments.releaseHeld();
  });
  await vi.waitFor(() => expect(owner.log).toContain('drive ended early'), soon);
  return orderId;
};

/** An order that comes and goes while the broker takes nothing. */
export const brokerAway: Provocation = async (stage) => {
  await stage.reachable('broker', false);
  const orderId = await stage.ordered();
  await stage.reachable('broker', true);
  return orderId;
};

/**
 * The message that an order has ended comes twice: its relay died before it had flagged it as sent, and was away for longer
 * than the broker remembers ids.
 */
export const saidTwice: Provocation = async (stage) => {
  const { shop } = stage;
  const queue = QUEUES.notifications.name;
  const orderId = await stage.ordered();
  const state = async (id: string) => {
    const [job] = await shop.sql<{ state: string }>(
      'broker',
      'select state::text as state from bullmq.job where queue = $1 and id = $2',
      [queue, id],
    );
    return job?.state;
  };
  const [message] = await shop.sql<{ id: string }>(
    'orders',
    `select id from outbox where queue = $1 and payload->>'orderId' = $2`,
    [queue, orderId],
  );
  const id = message?.id ?? '';
  await vi.waitFor(async () => expect(await state(id)).toBe('completed'), soon);
  await shop.sql('broker', 'delete from bullmq.job where queue = $1 and id = $2', [queue, id]);
  await shop.sql(
    'orders',
    'update outbox set sent_at = null, sent_epoch = null where queue = $1 and id = $2',
    [queue, id],
  );
  await vi.waitFor(async () => expect(await state(id)).toBe('completed'), soon);
  return orderId;
};
