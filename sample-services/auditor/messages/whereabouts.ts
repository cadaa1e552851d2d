import type { Snapshots } from '../snapshot/snapshots.ts';
import type { Expected } from './expected.ts';

const key = (id: string, queue: string): string => `${id}@${queue}`;

/** Of these messages to one service, those which its inbox has. */
export async function handledIds(
  snapshots: Snapshots,
  consumer: string,
  messages: readonly Expected[],
): Promise<Set<string>> {
  if (!snapshots.has(consumer, 'inbox')) {
    // Away: throws. There, but without an inbox yet: nothing was handled.
    await snapshots.rows(consumer, 'select 1 as one');
    return new Set();
  }
  const rows = await snapshots.rows<{ message_id: string; consumer: string }>(
    consumer,
    'select message_id, consumer from inbox where message_id = any($1)',
    [messages.map(({ id }) => id)],
  );
  // Consumers are named by their queues.
  return new Set(rows.map((row) => key(row.message_id, row.consumer)));
}

/** Of these messages of one service, those which lie in its outbox still. */
export async function unsentKeys(
  snapshots: Snapshots,
  sender: string,
  messages: readonly Expected[],
): Promise<Set<string>> {
  if (!snapshots.has(sender, 'outbox')) {
    // Away: throws. There, but without an outbox yet: nothing waits.
    await snapshots.rows(sender, 'select 1 as one');
    return new Set();
  }
  const rows = await snapshots.rows<{ id: string; queue: string }>(
    sender,
    'select id, queue from outbox where sent_at is null and id = any($1::uuid[])',
    [messages.map(({ id }) => id)],
  );
  return new Set(rows.map((row) => key(row.id, row.queue)));
}

/**
 * States of the broker's jobs by message, when the broker is a database that can be read; null when it is not: then
 * nobody can say whether a message is still on its way.
 */
export async function brokerStates(
  snapshots: Snapshots,
  messages: readonly Expected[],
): Promise<Map<string, string> | null> {
  if (!snapshots.knows('broker')) return null;
  if (!snapshots.has('broker', 'bullmq.job')) {
    await snapshots.rows('broker', 'select 1 as one');
    return new Map();
  }
  const rows = await snapshots.rows<{ queue: string; id: string; state: string }>(
    'broker',
    'select queue, id, state::text as state from bullmq.job where queue = any($1) and id = any($2)',
    [[...new Set(messages.map(({ queue }) => queue))], messages.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [key(row.id, row.queue), row.state]));
}

/** Of these messages, those whose event that database holds. */
export async function eventIds(
  snapshots: Snapshots,
  database: string,
  messages: readonly Expected[],
): Promise<Set<string>> {
  const rows = await snapshots.rows<{ id: string }>(
    database,
    'select id from event where id = any($1::uuid[])',
    [messages.map(({ id }) => id)],
  );
  return new Set(rows.map((row) => row.id));
}
