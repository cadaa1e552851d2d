import type { KafkaMessage } from 'kafkajs';
import { expect, test } from 'vitest';
import { freshHeaders, toLetter } from './dead-letters.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const message = (headers: Record<string, string>, value: string): KafkaMessage => ({
  ...{ key: null, value: Buffer.from(value), timestamp: '0', attributes: 0, offset: '7' },
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
});
const given = message(
  {
    ...{ 'x-id': 'm-1', 'x-name': 'ORDER_CONFIRMED', 'x-attempt': '3', 'x-error': 'no such mailbox' },
    ...{ 'x-failed-at': '1700000000000', 'x-due': '1', traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
  },
  '{"to":"somebody"}',
);

test('a dead letter tells what killed it, when, after how many attempts and in which trace', () => {
  expect(toLetter(given)).toEqual({
    ...{ id: 'm-1', name: 'ORDER_CONFIRMED', error: 'no such mailbox', attempts: 3 },
    ...{ failedAt: 1_700_000_000_000, traceId: TRACE, payload: { to: 'somebody' } },
  });
});

test('one that somebody else wrote is shown with what it has', () => {
  expect(toLetter(message({}, 'not json'))).toEqual({
    ...{ id: '', name: '', error: '', attempts: 0, failedAt: null, traceId: '', payload: 'not json' },
  });
});

test('a redriven letter keeps its identity and its trace, and none of its failures', () => {
  expect(freshHeaders(given)).toEqual({
    ...{ 'x-id': 'm-1', 'x-name': 'ORDER_CONFIRMED' },
    traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
  });
});
