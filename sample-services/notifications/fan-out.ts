import { QUEUES } from '../events/queues.ts';
import type { Delivery } from '../kit/broker/port.ts';
import type { Database } from '../kit/database.ts';
import { handleOnce } from '../kit/inbox.ts';
import { appendAllToOutbox } from '../kit/outbox/append.ts';
import { CHANNELS } from '../outside-world/api.ts';
import { NOTICE, noticeOf } from './notice.ts';

/**
 * Spreads a settled order over the channels: the mark that it was heard of, a notice for each channel and the message
 * to its worker are one commit.
 */
export async function fanOut(db: Database, delivery: Delivery): Promise<void> {
  const notice = noticeOf(delivery);
  await handleOnce(db, delivery.id, QUEUES.notifications.name, async (tx) => {
    const message = { name: NOTICE, payload: notice, conversationId: delivery.conversationId };
    const messages = CHANNELS.map((channel) => ({ ...message, to: QUEUES[channel] }));
    const ids = await appendAllToOutbox(tx, messages);
    await tx.query(
      `insert into notice (message_id, channel, order_id, subject)
       select id, channel, $3, $4 from unnest($1::text[], $2::text[]) as told (id, channel)`,
      [ids, CHANNELS, notice.orderId, notice.subject],
    );
  });
}
