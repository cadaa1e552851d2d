import type { ConfirmChannel, GetMessage, MessageProperties } from 'amqplib';
import { z } from 'zod';
import type { DeadLetter } from '../../contract/index.ts';
import type { Choice, DeadLetters } from '../collector.ts';
import { cut, newest, traceIdIn } from '../letter.ts';

/** Looked through at a time: they are in this process until they are given back. */
const MOST = 1_000;

/** Headers of a message that was given up, by whoever gave it up; a broker's own dead letters have none. */
const Headers = z.object({
  'x-attempt': z.number().default(0),
  'x-error': z.string().default(''),
  'x-failed-at': z.number().nullable().default(null),
  'x-first-death-reason': z.string().default(''),
  traceparent: z.string().default(''),
});

/** The newest `limit` after `offset` of the first thousand. Looking changes nothing, not even their order. */
export async function look(
  channel: ConfirmChannel,
  dead: string,
  limit: number,
  offset: number,
): Promise<DeadLetters> {
  const { messageCount } = await channel.checkQueue(dead);
  const letters: DeadLetter[] = [];
  for (const message of await take(channel, dead, MOST)) letters.push(toLetter(message));
  channel.nackAll(true);
  return { total: messageCount, letters: newest(letters, limit, offset) };
}

/** Sends them to `queue` as if they were new, and forgets them when RabbitMQ has confirmed that. */
export async function putBack(
  channel: ConfirmChannel,
  dead: string,
  queue: string,
  { ids, limit = Number.POSITIVE_INFINITY }: Choice,
): Promise<number> {
  const wanted = ids === undefined ? null : new Set(ids);
  // Those that are dead now: one which fails again meanwhile is not driven round and round.
  let left = (await channel.checkQueue(dead)).messageCount;
  let moved = 0;
  while (left > 0 && moved < limit) {
    const most = Math.min(left, wanted === null ? Math.min(MOST, limit - moved) : MOST);
    const taken = await take(channel, dead, most);
    const chosen = taken.filter(({ properties }) => wanted?.has(String(properties.messageId)) ?? true);
    for (const message of chosen.slice(0, limit - moved)) {
      await send(channel, queue, message);
      channel.ack(message);
      moved++;
    }
    left -= taken.length;
    // With a choice, the others stay taken until the end: given back, they would be the first again.
    if (taken.length === 0) break;
  }
  channel.nackAll(true);
  return moved;
}

async function take(channel: ConfirmChannel, queue: string, most: number): Promise<GetMessage[]> {
  const taken: GetMessage[] = [];
  while (taken.length < most) {
    const message = await channel.get(queue);
    if (message === false) break;
    taken.push(message);
  }
  return taken;
}

function send(channel: ConfirmChannel, queue: string, { content, properties }: GetMessage): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  channel.sendToQueue(
    queue,
    content,
    { ...plain(properties), persistent: true, headers: businessHeaders(properties) },
    (error: unknown) => (error ? reject(error) : resolve()),
  );
  return promise;
}

function plain({ messageId, type, correlationId, contentType }: MessageProperties) {
  return { messageId, type, correlationId, contentType };
}

/** Without the marks of its first life: it starts with all its attempts. */
function businessHeaders({ headers = {} }: MessageProperties): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-')));
}

function toLetter({ content, properties }: GetMessage): DeadLetter {
  const headers = Headers.safeParse(properties.headers ?? {}).data ?? Headers.parse({});
  return {
    id: String(properties.messageId ?? ''),
    name: String(properties.type ?? ''),
    failedAt: headers['x-failed-at'],
    attempts: headers['x-attempt'],
    error: headers['x-error'] || headers['x-first-death-reason'],
    traceId: traceIdIn(headers.traceparent),
    payload: cut(parsed(content.toString())),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
