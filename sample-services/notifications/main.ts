import { z } from 'zod';
import { addEventFeed } from '../events/feed.ts';
import { QUEUES } from '../events/queues.ts';
import { announceDead } from '../kit/broker/dead.ts';
import type { Broker, Delivery, QueueDefinition } from '../kit/broker/port.ts';
import type { Database } from '../kit/database.ts';
import { OLD_MARKS } from '../kit/inbox.ts';
import { type Kit, service } from '../kit/service.ts';
import { CHANNELS } from '../outside-world/api.ts';
import { ChannelWorker } from './channel.ts';
import { fanOut } from './fan-out.ts';
import { NOTIFICATIONS_SCHEMA } from './schema.ts';

/** Handlers that run at once, for each queue. */
const CONCURRENCY = 4;

function consume(
  { log }: Kit,
  broker: Broker,
  queue: QueueDefinition,
  handler: (delivery: Delivery) => Promise<void>,
): void {
  const consuming = broker.consume(queue, handler, {
    concurrency: CONCURRENCY,
    onDead: (message) => {
      log.warn({ queue: queue.name, message: message.id, error: message.error }, 'message given up');
      announceDead(broker, queue, message);
    },
  });
  consuming.then(
    () => log.info({ queue: queue.name }, 'consuming'),
    (err) => log.error({ err, queue: queue.name }, 'cannot consume'),
  );
}

const SentAnswer = z.object({ sent: z.number().int() });

function addRoutes({ app }: Kit, db: Database): void {
  const countRoute = {
    schema: { summary: 'How many were sent', response: { 200: SentAnswer } },
    config: { permission: 'notifications:read' },
  } as const;
  app.get('/notifications', countRoute, async () => {
    const [row] = await db.query<{ sent: number }>(
      `select count(*)::int as sent from notice where status = 'sent'`,
    );
    return { sent: row?.sent ?? 0 };
  });
}

await service({
  name: 'notifications',
  protections: ['outbox', 'inbox', 'fencing'],
  routes: (kit) => {
    const db = kit.database(NOTIFICATIONS_SCHEMA);
    const broker = kit.broker();
    const provider = kit.peer('outside-world');
    const { notifications, email, sms, push, orderview } = QUEUES;
    kit.relay(db, broker, [email, sms, push, orderview]);
    kit.forget(db, [OLD_MARKS]);
    consume(kit, broker, notifications, (delivery) => fanOut(db, delivery));
    for (const channel of CHANNELS) {
      const worker = new ChannelWorker(channel, { db, provider });
      consume(kit, broker, QUEUES[channel], (delivery) => worker.handle(delivery));
    }
    addRoutes(kit, db);
    addEventFeed(kit.app, db, 'notifications:read');
  },
});
