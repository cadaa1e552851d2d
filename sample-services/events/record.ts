import type { QueueDefinition } from '../kit/broker/port.ts';
import type { Tx } from '../kit/database.ts';
import { appendEvents } from '../kit/event-store/append.ts';
import type { StoredEvent } from '../kit/event-store/event.ts';
import { readStream } from '../kit/event-store/fold.ts';
import { appendOutbox } from '../kit/outbox/append.ts';
import { QUEUES, subscribersOf } from './queues.ts';
import {
  parseShopEvent,
  type SagaMode,
  type ShopEvent,
  type ShopEventData,
  type ShopEventType,
} from './shop-event.ts';

/** What events are about. */
export interface Subject {
  orderId: string;
  sagaId: string;
  mode: SagaMode;
}

/** An event before it has its place in a stream. */
export type ShopEventDraft = {
  [Type in ShopEventType]: { type: Type; data: ShopEventData<Type> };
}[ShopEventType];

/** Where events go: after this version of that stream; 0 begins it. */
export interface Place {
  stream: string;
  expected: number;
}

/**
 * Appends events to their owner's store and puts each into the outbox, once for each queue that listens: what happened
 * and what is told of it are one commit. Throws VersionClash when the stream has gone on.
 */
export async function recordEvents(
  tx: Tx,
  { stream, expected }: Place,
  { orderId, sagaId, mode }: Subject,
  drafts: readonly ShopEventDraft[],
): Promise<ShopEvent[]> {
  const stored = await appendEvents(tx, {
    stream,
    expected,
    meta: { orderId, sagaId, mode },
    events: drafts,
  });
  const events = stored.map(toShopEvent);
  for (const event of events) {
    const queues = subscribersOf(event.type, mode).map((name) => QUEUES[name]);
    await appendOutbox(tx, queues, {
      id: event.id,
      name: event.type,
      payload: event,
      conversationId: sagaId,
    });
  }
  return events;
}

/** The version at which a stream stands; 0 for one without events. For whoever holds the lock of its aggregate's row. */
export async function streamVersion(tx: Tx, stream: string): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    'select coalesce(max(version), 0)::int as version from event where stream = $1',
    [stream],
  );
  return row?.version ?? 0;
}

/** Puts the last event of a type in a stream into the outbox once more, as a message of its own, with `more` to its data. */
export async function tellAgain<Type extends ShopEventType>(
  tx: Tx,
  stream: string,
  type: Type,
  to: QueueDefinition | readonly QueueDefinition[],
  more: Partial<ShopEventData<Type>> = {},
): Promise<void> {
  const events = (await readStream(tx, stream)).map(toShopEvent);
  const event = events.findLast((each) => each.type === type);
  if (!event) return;
  const payload = { ...event, data: { ...event.data, ...more } };
  await appendOutbox(tx, to, { name: type, payload, conversationId: event.sagaId });
}

/** What the store holds as the event it was written as. */
export function toShopEvent({ id, stream, version, type, data, meta, at }: StoredEvent): ShopEvent {
  return parseShopEvent({ ...meta, id, stream, version, type, data, at: at.toISOString() });
}
