import { describe, expect, test } from 'vitest';
import { otlp } from './codec.ts';
import { flatten } from './flatten.ts';
import { lengthDelimited, WireError } from './reader.ts';
import type { Signal } from './signals.ts';

const message = (field: number, ...content: Uint8Array[]) => Buffer.concat(lengthDelimited(field, content));
const bytes = (...values: number[]) => Buffer.from(values);
const ids = [message(1, Buffer.alloc(16, 1)), message(2, Buffer.alloc(8, 1))];
const span = (...fields: Uint8Array[]) => message(1, message(2, message(2, ...ids, ...fields)));
const attribute = (...value: number[]) =>
  span(message(9, message(1, Buffer.from('k')), message(2, bytes(...value))));
/** A data point of an exponential histogram with these fields. */
const point = (...fields: Uint8Array[]) =>
  message(1, message(2, message(2, message(10, message(1, ...fields)))));
const nines = Array.from({ length: 9 }, () => 0xff);

// What the engine refuses would take a whole segment with it, long after the answer of 200.
test.each<[string, Signal, Uint8Array]>([
  ['a text that is a number', 'traces', span(bytes(0x28, 1))],
  ['a number that is a text', 'traces', span(message(6, bytes(1)))],
  ['a time that is a varint', 'traces', span(bytes(0x38, 1))],
  ['a message that is a number', 'traces', span(bytes(0x78, 1))],
  ['a flag that is neither true nor false', 'traces', attribute(0x10, 2)],
  ['a 32-bit number of 40 bits', 'traces', span(bytes(0x30, 0x80, 0x80, 0x80, 0x80, 0x80, 1))],
  ['a count below zero', 'traces', span(bytes(0x50, ...nines, 1))],
  ['a varint of 70 bits', 'traces', attribute(0x18, ...nines, 0x7f)],
  ['an unknown varint of 70 bits', 'traces', span(bytes(0xc0, 0x3e, ...nines, 0x7f))],
  ['a key beyond 32 bits', 'traces', span(bytes(0xa8, 0x80, 0x80, 0x80, 0x80, 0x01, 1))],
  ['a length beyond 32 bits', 'traces', span(bytes(0x2a, 0x81, 0x80, 0x80, 0x80, 0x10, 0x41))],
  ['a packed list that is cut', 'metrics', point(message(8, message(2, bytes(0x80))))],
])('%s is refused at the edge', (_name, signal, request) => {
  expect(() => flatten(signal, request)).toThrow(WireError);
});

test('the largest and smallest numbers of their types pass', () => {
  const largest = span(bytes(0x30, 0xff, 0xff, 0xff, 0xff, 0x07), bytes(0x50, 0xff, 0xff, 0xff, 0xff, 0x0f));
  const smallest = span(bytes(0x30, 0x80, 0x80, 0x80, 0x80, 0xf8, 0xff, 0xff, 0xff, 0xff, 1));
  for (const request of [largest, smallest, attribute(0x18, ...nines, 1)]) {
    expect(flatten('traces', request).items).toBe(1);
  }
});

test('an empty packed list, which the engine cannot read, is left out and nothing else', () => {
  const empty = message(2);
  const sint = bytes(0x08, 3);
  const { parts, items } = flatten(
    'metrics',
    point(message(8, empty, sint), bytes(0x39, 1, 0, 0, 0, 0, 0, 0, 0)),
  );
  expect(items).toBe(1);
  expect(Buffer.concat(parts)).toEqual(point(message(8, sint), bytes(0x39, 1, 0, 0, 0, 0, 0, 0, 0)));
});

describe('a time after the year 2262', () => {
  const at = (nanos: bigint) => String(nanos);
  const latest = at(2n ** 63n - 1n);
  const beyond = at(2n ** 63n);
  const requests: [string, Signal, (time: string) => Record<string, unknown>][] = [
    ['a span', 'traces', (end_time_unix_nano) => ({ spans: [{ ...spanIds, end_time_unix_nano }] })],
    ['an event', 'traces', (time_unix_nano) => ({ spans: [{ ...spanIds, events: [{ time_unix_nano }] }] })],
    ['a log record', 'logs', (observed_time_unix_nano) => ({ log_records: [{ observed_time_unix_nano }] })],
    [
      'a data point',
      'metrics',
      (time_unix_nano) => ({ metrics: [{ gauge: { data_points: [{ time_unix_nano }] } }] }),
    ],
  ];
  const spanIds = { trace_id: Buffer.alloc(16, 1), span_id: Buffer.alloc(8, 1) };
  const counts = (signal: Signal, scope: Record<string, unknown>) => {
    const noun = { traces: 'spans', logs: 'logs', metrics: 'metrics' }[signal];
    const request = { [`resource_${noun}`]: [{ [`scope_${noun}`]: [scope] }] };
    const { items, rejected } = flatten(signal, otlp.encodeRequest(signal, request));
    return { items, rejected };
  };

  test.each(requests)('takes only %s with it', (_name, signal, scope) => {
    expect(counts(signal, scope(latest))).toEqual({ items: 1, rejected: 0 });
    expect(counts(signal, scope(beyond))).toEqual({ items: 0, rejected: 1 });
  });

  test('does not stain the item after it', () => {
    const spans = [{ ...spanIds, end_time_unix_nano: beyond }, { ...spanIds }];
    expect(counts('traces', { spans })).toEqual({ items: 1, rejected: 1 });
  });
});
