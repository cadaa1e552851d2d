import { randomUUID } from 'node:crypto';
import type { Message, QueueDefinition } from '../broker/port.ts';
import { carry } from '../correlation.ts';
import type { Database, Tx } from '../database.ts';
import { protects } from '../protections.ts';

export interface OutgoingMessage {
  /** The message's id on each of its queues; a new one when absent. */
  id?: string;
  name: string;
  payload: unknown;
  conversationId: string;
}

/** Who carries messages from one database to its broker. */
export interface Carrier {
  /** There are new rows. */
  nudge(): void;
  /** Sends without a row; what becomes of it nobody knows. */
  sendUnkept(queue: string, message: Message): void;
}

/** Carriers of this process, by the database whose messages they carry. */
const carriers = new WeakMap<Database, Set<Carrier>>();

/** Gives back what ends it. */
export function carryFrom(db: Database, carrier: Carrier): () => void {
  const ours = carriers.get(db) ?? new Set();
  carriers.set(db, ours.add(carrier));
  return () => ours.delete(carrier);
}

/** A message with the queues it goes to. */
export interface AddressedMessage extends OutgoingMessage {
  to: QueueDefinition | readonly QueueDefinition[];
}

/**
 * Writes a message to one or several queues inside the caller's transaction, with the trace context of the moment: it is
 * published if and only if that transaction commits. Gives its id.
 */
export async function appendOutbox(
  tx: Tx,
  to: AddressedMessage['to'],
  message: OutgoingMessage,
): Promise<string> {
  const { id = randomUUID() } = message;
  await appendAllToOutbox(tx, [{ ...message, id, to }]);
  return id;
}

/** The same for several messages in one statement; gives their ids. */
export async function appendAllToOutbox(tx: Tx, messages: readonly AddressedMessage[]): Promise<string[]> {
  const headers = carry();
  const named = messages.map((message) => ({ ...message, id: message.id ?? randomUUID() }));
  const ids = named.map(({ id }) => id);
  const copies = named.flatMap(({ to, ...message }) =>
    [to].flat().map(({ name }) => ({ queue: name, message })),
  );
  if (copies.length === 0) return ids;
  if (!protects('outbox')) {
    tx.afterCommit(() => {
      for (const { queue, message } of copies) sendUnkept(tx.database, queue, { ...message, headers });
    });
    return ids;
  }
  const rows = copies.map(({ queue, message }) => ({ ...message, queue }));
  await tx.query(
    `insert into outbox (id, queue, name, payload, conversation_id, headers)
     select id, queue, name, coalesce(payload, 'null'), "conversationId", $2 from jsonb_to_recordset($1)
       as message (id uuid, queue text, name text, payload jsonb, "conversationId" text)`,
    [JSON.stringify(rows), JSON.stringify(headers)],
  );
  tx.afterCommit(() => {
    for (const carrier of carriers.get(tx.database) ?? []) carrier.nudge();
  });
  return ids;
}

function sendUnkept(db: Database, queue: string, message: Message): void {
  const [carrier] = carriers.get(db) ?? [];
  carrier?.sendUnkept(queue, message);
}
