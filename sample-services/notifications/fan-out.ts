import { QUEUES } from '../events/queues.ts';
import type { Delivery } from '../kit/broker/port.ts';
import type { Database } from '../kit/database.ts';
import { handleOnce } from '../kit/inbox.ts';
import { appendOutbox } from '../kit/outbox/append.ts';
import { CHANNELS } from '../outside-world/api.ts';
import { NOTICE, noticeOf } from './notice.ts';

/**
 * Spreads a settled order over the channels: the mark that it was heard of, a notice for each channel and the message
 * to its worker are one commit.
 */
export async function fanOut(db: Database, delivery: Delivery): Promise<void> {
  const notice = noticeOf(delivery);
  await handleOnce(db, delivery.id, QUEUES.notifications.name, async (tx) => {
    for (const channel of CHANNELS) {
      const message = { name: NOTICE, payload: notice, conversationId: delivery.conversationId };
      const id = await appendOutbox(tx, QUEUES[channel], message);
      await tx.query(
        'insert into notice (message_id, channel, order_id, subject) values ($1, $2, $3, $4) on conflict do nothing',
        [id, channel, notice.orderId, notice.subject],
      );
    }
  });
}
