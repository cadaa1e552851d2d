import { EVENT } from '@stormglass/agents/contract';
import { emitEvent, withRemoteContext } from '@stormglass/agents/node';
import { z } from 'zod';
import { NOTIFICATIONS, OrderSettled } from '../events/notifications.ts';
import type { Consumer, DeadMessage, Delivery } from '../kit/broker/port.ts';
import type { Database } from '../kit/database.ts';
import { handleOnce, INBOX_SCHEMA, wasHandled } from '../kit/inbox.ts';
import { demandOnce } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { service } from '../kit/service.ts';
import { EmailAnswer } from '../outside-world/api.ts';

const CONSUMER = 'notifications';
const CONCURRENCY = 4;

const SCHEMA = `${INBOX_SCHEMA};
  create table if not exists notification (
    message_id text primary key,
    order_id text not null,
    channel text not null,
    subject text not null,
    sent_at timestamptz not null default now()
  )`;

const SentAnswer = z.object({ sent: z.number().int() });

/** Sends the mail, then marks the message. The mail provider knows the message id, so a repetition is one mail. */
async function notify(db: Database, mail: Peer, delivery: Delivery): Promise<void> {
  if (await wasHandled(db, delivery.id, CONSUMER)) return;
  const event = OrderSettled.parse(delivery.payload);
  const subject = `Order ${event.orderId}: ${event.status.toLowerCase()}`;
  await demandOnce(mail, {
    path: '/messages/email',
    payload: { messageId: delivery.id, to: `${event.userId}@shop.example`, subject, orderId: event.orderId },
    key: delivery.id,
    answer: EmailAnswer,
  });
  await handleOnce(db, delivery.id, CONSUMER, async (tx) => {
    await tx.query(
      `insert into notification (message_id, order_id, channel, subject) values ($1, $2, 'email', $3)
       on conflict do nothing`,
      [delivery.id, event.orderId, subject],
    );
  });
}

function announceDead(message: DeadMessage): void {
  withRemoteContext(message.headers, () =>
    emitEvent(
      EVENT.messageDeadLettered,
      {
        'messaging.system': 'bullmq',
        'messaging.destination.name': NOTIFICATIONS.name,
        'messaging.message.id': message.id,
        'messaging.message.conversation_id': message.conversationId,
        'messaging.message.delivery_attempt': message.attempts,
        'error.message': message.error,
      },
      {
        body: `message ${message.id} given up after ${message.attempts} attempts: ${message.error}`,
        warn: true,
      },
    ),
  );
}

await service({
  name: 'notifications',
  routes: (kit) => {
    const db = kit.database(SCHEMA);
    const broker = kit.broker();
    const mail = kit.peer('outside-world');
    const consuming: Promise<Consumer> = broker.consume(
      NOTIFICATIONS,
      (delivery) => notify(db, mail, delivery),
      {
        concurrency: CONCURRENCY,
        onDead: (message) => {
          kit.log.warn({ message: message.id, error: message.error }, 'message given up');
          announceDead(message);
        },
      },
    );
    consuming.then(
      () => kit.log.info({ queue: NOTIFICATIONS.name }, 'consuming'),
      (err) => kit.log.error({ err }, 'cannot consume'),
    );

    const countRoute = {
      schema: { summary: 'How many were sent', response: { 200: SentAnswer } },
      config: { permission: 'notifications:read' },
    } as const;
    kit.app.get('/notifications', countRoute, async () => {
      const [row] = await db.query<{ sent: number }>('select count(*)::int as sent from notification');
      return { sent: row?.sent ?? 0 };
    });
  },
});
