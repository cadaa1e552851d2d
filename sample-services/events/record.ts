import type { QueueDefinition } from '../kit/broker/port.ts';
import type { Tx } from '../kit/database.ts';
import { appendEvents, type ExpectedVersion } from '../kit/event-store/append.ts';
import type { StoredEvent } from '../kit/event-store/event.ts';
import { readStream } from '../kit/event-store/fold.ts';
import { appendAllToOutbox, appendOutbox } from '../kit/outbox/append.ts';
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

/** Where events go: after this version of that stream. */
export interface Place {
  stream: string;
  expected: ExpectedVersion;
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
  const told = events.map((event) => ({
    to: subscribersOf(event.type, mode).map((name) => QUEUES[name]),
    ...{ id: event.id, name: event.type, payload: event, conversationId: sagaId },
  }));
  await appendAllToOutbox(tx, told);
  return events;
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
