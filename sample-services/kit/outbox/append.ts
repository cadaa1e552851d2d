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

/**
 * Writes a message to one or several queues inside the caller's transaction, with the trace context of the moment: it is
 * published if and only if that transaction commits. Gives its id.
 */
export async function appendOutbox(
  tx: Tx,
  to: QueueDefinition | readonly QueueDefinition[],
  message: OutgoingMessage,
): Promise<string> {
  const { id = randomUUID(), name, payload, conversationId } = message;
  const queues = [to].flat().map((queue) => queue.name);
  if (queues.length === 0) return id;
  const headers = carry();
  if (!protects('outbox')) {
    const sent = { id, name, payload, conversationId, headers };
    tx.afterCommit(() => sendUnkept(tx.database, queues, sent));
    return id;
  }
  await tx.query(
    `insert into outbox (id, queue, name, payload, conversation_id, headers)
     select $1, queue, $3, $4, $5, $6 from unnest($2::text[]) queue`,
    [id, queues, name, JSON.stringify(payload), conversationId, JSON.stringify(headers)],
  );
  tx.afterCommit(() => {
    for (const carrier of carriers.get(tx.database) ?? []) carrier.nudge();
  });
  return id;
}

function sendUnkept(db: Database, queues: readonly string[], message: Message): void {
  const [carrier] = carriers.get(db) ?? [];
  for (const queue of queues) carrier?.sendUnkept(queue, message);
}
