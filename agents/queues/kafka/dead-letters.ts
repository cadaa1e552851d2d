import type { IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import { z } from 'zod';
import type { DeadLetter } from '../../contract/index.ts';
import { cut, traceIdIn } from '../letter.ts';

const READ_LIMIT_MS = 10_000;

const Headers = z.object({
  'x-id': z.string().default(''),
  'x-name': z.string().default(''),
  'x-attempt': z.coerce.number().default(0),
  'x-error': z.string().default(''),
  'x-failed-at': z.coerce.number().nullable().default(null),
  traceparent: z.string().default(''),
});

/** One dead letter where it lies. */
export interface Buried {
  offset: number;
  message: KafkaMessage;
  letter: DeadLetter;
}

/**
 * Reads `from` up to (without) `to` of partition 0, as a group of its own that commits nothing: looking changes nothing
 * for anybody. Kafka is read by consumers only, so this takes a second.
 */
export async function readTopic(kafka: Kafka, topic: string, from: number, to: number): Promise<Buried[]> {
  if (to <= from) return [];
  const found: Buried[] = [];
  const finished = Promise.withResolvers<void>();
  const consumer = kafka.consumer({
    groupId: `stormglass-look-${process.pid}-${topic}`,
    retry: { retries: 3 },
  });
  const late = setTimeout(
    () => finished.reject(new Error(`${topic} could not be read in time`)),
    READ_LIMIT_MS,
  );
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message }) => {
        const offset = Number(message.offset);
        if (offset >= from && offset < to) found.push({ offset, message, letter: toLetter(message) });
        if (offset >= to - 1) finished.resolve();
      },
    });
    consumer.seek({ topic, partition: 0, offset: String(from) });
    await finished.promise;
    return found;
  } finally {
    clearTimeout(late);
    await consumer.disconnect();
  }
}

/** Out of the headers which the shop's adapter writes; whoever else wrote it, what is not there is empty. */
export function toLetter({ headers = {}, value }: KafkaMessage): DeadLetter {
  const read = Headers.parse(asTexts(headers));
  return {
    id: read['x-id'],
    name: read['x-name'],
    failedAt: read['x-failed-at'],
    attempts: read['x-attempt'],
    error: read['x-error'],
    traceId: traceIdIn(read.traceparent),
    payload: cut(parsed(value?.toString() ?? 'null')),
  };
}

/** Without what its first life wrote onto it: it starts with all its attempts. */
export function freshHeaders({ headers = {} }: KafkaMessage): Record<string, string> {
  const spent = new Set(['x-attempt', 'x-due', 'x-error', 'x-failed-at']);
  return Object.fromEntries(Object.entries(asTexts(headers)).filter(([name]) => !spent.has(name)));
}

function asTexts(headers: IHeaders): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) texts[name] = first.toString();
  }
  return texts;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
