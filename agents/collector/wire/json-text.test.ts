import { expect, test } from 'vitest';
import { parseJson } from './json-text.ts';

const parse = (text: string) => parseJson(Buffer.from(text));

test.each([
  [
    '{"a":9007199254740993,"b":[-9223372036854775808]}',
    { a: '9007199254740993', b: ['-9223372036854775808'] },
  ],
  ['{"a":12345.678901234567,"b":1e400,"c":-0.5}', { a: 12345.678901234567, b: Infinity, c: -0.5 }],
  ['{"a":"\\"9007199254740993,\\\\"}', { a: '"9007199254740993,\\' }],
  ['{"a":1,"a":2}', { a: 2 }],
  ['\uFEFF{"a":1}', { a: 1 }],
  ['\uFEFF{"a":9007199254740993}', { a: '9007199254740993' }],
])('%s keeps what it says', (text, expected) => {
  expect(parse(text)).toEqual(expected);
});

test('many values in few bytes are refused before they take memory', () => {
  const before = process.memoryUsage().heapUsed;
  expect(() => parse(`{"x":[${'[],'.repeat(3_000_001)}[]]}`)).toThrow('more than 3000000 JSON values');
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(200_000_000);
});

test('commas and brackets inside a text are no values', () => {
  const text = '{[,'.repeat(2_000_000);
  expect(parse(JSON.stringify({ text }))).toEqual({ text });
});
