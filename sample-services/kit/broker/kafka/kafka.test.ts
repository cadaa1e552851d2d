import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { describeBroker } from '../contract/battery.ts';
import { message } from '../contract/bench.ts';
import { Hands } from '../hands.ts';
import { PROMISES } from '../promises.ts';
import { KafkaBroker } from './broker.ts';
import { toDelivery, toRecord } from './message.ts';
import { Progress } from './progress.ts';
import { delayAfter, topicsOf } from './topics.ts';

/** KAFKA_TEST_URL: a Kafka that may be killed; KAFKA_TEST_CRASH: the command for that, given the milliseconds without it. */
const { KAFKA_TEST_URL: url = '', KAFKA_TEST_CRASH: crash = '' } = process.env;
const log = pino({ level: 'silent' });
const run = promisify(execFile);

describeBroker({
  name: 'Kafka',
  promises: PROMISES.kafka,
  skip:
    url === '' || crash === ''
      ? 'skipped: no Kafka can be installed here, set KAFKA_TEST_URL and KAFKA_TEST_CRASH'
      : null,
  under: () => ({
    url,
    open: () => new KafkaBroker({ url, log }),
    deadLetters: (queue) => deadLetters(queue),
    crash: async (downMs) => void (await run(crash, [String(downMs)])),
  }),
});

async function deadLetters(queue: string): Promise<number> {
  const { kafkaClient } = await import('./client.ts');
  const admin = kafkaClient(url, log).admin();
  await admin.connect();
  try {
    const partitions = await admin.fetchTopicOffsets(`${queue}.dead`);
    return partitions.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  } finally {
    await admin.disconnect();
  }
}

describe('Kafka, the parts that need no server', () => {
  test('a message comes back from its record as it was, attempt included', () => {
    const sent = message();
    const { headers = {}, value } = toRecord(sent, 2);
    const record = { value: Buffer.from(String(value)), headers };
    const read = { ...record, key: null, timestamp: '0', attributes: 0, offset: '0' };
    expect(toDelivery(read)).toEqual({ due: 0, delivery: { ...sent, attempt: 2 } });
  });

  test('a record of a stranger is not taken for a message', () => {
    const stranger = { value: Buffer.from('{}'), key: null, timestamp: '0', attributes: 0, offset: '0' };
    expect(() => toDelivery({ ...stranger, headers: {} })).toThrow();
  });

  test('an offset is committed only when everything before it is done', () => {
    const progress = new Progress();
    progress.add(['10', '11', '13']);
    progress.add(['14']);
    expect(progress.finish('11')).toBeNull();
    expect(progress.finish('13')).toBeNull();
    expect([progress.first, progress.open]).toEqual(['10', 4]);
    expect(progress.finish('10')).toBe('13');
    expect(progress.finish('14')).toBe('14');
    expect([progress.first, progress.open]).toEqual([null, 0]);
  });

  test('each attempt has a topic of its own, since a partition lets messages come due in order only', () => {
    const queue = { name: 'mails', attempts: 4, backoffMs: 500 };
    const topics = topicsOf(queue).map(({ topic }) => topic);
    expect(topics).toEqual(['mails', 'mails.retry.1', 'mails.retry.2', 'mails.retry.3', 'mails.dead']);
    expect([1, 2, 3].map((attempt) => delayAfter(queue, attempt))).toEqual([500, 1_000, 2_000]);
  });

  test('hands are limited, raised and lowered while some are at work', async () => {
    const hands = new Hands(1);
    const { signal } = new AbortController();
    const first = await hands.take(signal);
    let second: (() => void) | null = null;
    const waiting = hands.take(signal).then((given) => {
      second = given;
    });
    await Promise.resolve();
    expect(second).toBeNull();
    hands.limit = 2;
    await waiting;
    expect(second).not.toBeNull();
    hands.limit = 0;
    first?.();
    const end = new AbortController();
    const never = hands.take(end.signal);
    end.abort();
    expect(await never).toBeNull();
  });
});
