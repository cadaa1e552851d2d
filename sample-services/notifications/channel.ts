import { QUEUES } from '../events/queues.ts';
import { recordEvents, type ShopEventDraft } from '../events/record.ts';
import type { Delivery } from '../kit/broker/port.ts';
import type { Database, Tx } from '../kit/database.ts';
import { handleOnce, wasHandled } from '../kit/inbox.ts';
import { demandOnce } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { type Channel, MessageAnswer } from '../outside-world/api.ts';
import { Notice } from './notice.ts';

/** What a channel says of a notice in the end; `failed` can still become `sent` when its dead letter is redriven. */
type Result = { status: 'sent' } | { status: 'failed'; reason: string };

export interface ChannelParts {
  db: Database;
  provider: Peer;
}

/**
 * Delivers the notices of one channel. The provider knows the message's id, so a repetition reaches the customer once.
 * When the last attempt fails that is an event, too; the message then lies with the dead letters. An order's fate never
 * depends on any of this.
 */
export class ChannelWorker {
  readonly #channel: Channel;
  readonly #parts: ChannelParts;

  constructor(channel: Channel, parts: ChannelParts) {
    this.#channel = channel;
    this.#parts = parts;
  }

  async handle(delivery: Delivery): Promise<void> {
    const { db } = this.#parts;
    const queue = QUEUES[this.#channel];
    if (await wasHandled(db, delivery.id, queue.name)) return;
    const notice = Notice.parse(delivery.payload);
    try {
      await this.#send(delivery.id, notice);
    } catch (error) {
      if (delivery.attempt >= queue.attempts) {
        const reason = error instanceof Error ? error.message : String(error);
        await db.transaction((tx) => this.#record(tx, delivery.id, notice, { status: 'failed', reason }));
      }
      throw error;
    }
    await handleOnce(db, delivery.id, queue.name, (tx) =>
      this.#record(tx, delivery.id, notice, { status: 'sent' }),
    );
  }

  async #send(messageId: string, { orderId, userId, subject }: Notice): Promise<void> {
    await demandOnce(this.#parts.provider, {
      path: `/messages/${this.#channel}`,
      payload: { messageId, to: address(this.#channel, userId), subject, orderId },
      key: messageId,
      answer: MessageAnswer,
    });
  }

  /** The notice's new state and its event; nothing if it is in that state already. */
  async #record(tx: Tx, messageId: string, notice: Notice, result: Result): Promise<void> {
    const reason = result.status === 'failed' ? result.reason.slice(0, 300) : '';
    const [row] = await tx.query<{ version: number }>(
      `update notice set status = $3, reason = $4, version = version + 1, updated_at = now()
       where message_id = $1 and channel = $2 and status <> 'sent' and status <> $3 returning version`,
      [messageId, this.#channel, result.status, reason],
    );
    if (!row) return;
    const draft: ShopEventDraft =
      result.status === 'sent'
        ? { type: 'NOTIFICATION_SENT', data: { channel: this.#channel } }
        : { type: 'NOTIFICATION_FAILED', data: { channel: this.#channel, reason } };
    const place = { stream: `notification:${messageId}:${this.#channel}`, expected: row.version - 1 };
    await recordEvents(tx, place, notice, [draft]);
  }
}

function address(channel: Channel, userId: string): string {
  switch (channel) {
    case 'email':
      return `${userId}@shop.example`;
    case 'sms':
      return `tel:${userId}`;
    case 'push':
      return `device:${userId}`;
  }
}
