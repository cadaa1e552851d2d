import { describe, expect, test } from 'vitest';
import { hexId, kv, traceRequest } from '../testing/requests.ts';
import { otlp } from './codec.ts';
import { flatten } from './flatten.ts';
import { lengthDelimited, WireError } from './reader.ts';

const plain = (attributes: ReturnType<typeof kv>[]) => {
  const bytes = otlp.encodeRequest('traces', {
    resource_spans: [
      {
        resource: { attributes: [kv('service.name', 's')] },
        scope_spans: [
          { spans: [{ trace_id: Buffer.alloc(16, 1), span_id: Buffer.alloc(8, 1), attributes }] },
        ],
      },
    ],
  });
  return bytes;
};
const flat = (bytes: Uint8Array) => {
  const { parts } = flatten('traces', bytes);
  return otlp.decode('ExportTraceServiceRequest', Buffer.concat(parts));
};
const attributesOf = (request: Record<string, unknown>) =>
  JSON.stringify(request).match(/"attributes":(\[\{"key":"v".*?\}\}\])/)?.[1] ?? '';

describe('values', () => {
  test('a request of scalars is not copied', () => {
    const bytes = plain([kv('v', 'text'), kv('n', 1), kv('b', true)]);
    expect(flatten('traces', bytes).parts).toEqual([bytes]);
    expect(flatten('traces', bytes).parts[0]).toBe(bytes);
  });

  test.each([
    [
      'a list',
      { array_value: { values: [{ int_value: 1 }, { string_value: 'x' }] } },
      '{"json_value":"[1,\\"x\\"]"}',
    ],
    ['an empty map', { kvlist_value: {} }, '{"json_value":"{}"}'],
    [
      'a map with a key twice: the last one wins',
      { kvlist_value: { values: [kv('k', 1), kv('k', 2)] } },
      '{"json_value":"{\\"k\\":2}"}',
    ],
    [
      'a list with NaN',
      { array_value: { values: [{ double_value: Number.NaN }] } },
      '{"json_value":"[\\"NaN\\"]"}',
    ],
    ['bytes', { bytes_value: Buffer.from('hi') }, '{"base64_value":"aGk="}'],
  ])('%s becomes text', (_name, value, expected) => {
    expect(attributesOf(flat(plain([kv('v', value)])))).toBe(`[{"key":"v","value":${expected}}]`);
  });

  test('what follows a changed value is kept', () => {
    const list = { array_value: { values: [{ int_value: 1 }] } };
    const request = flat(plain([kv('v', list), kv('after', 'x'.repeat(300)), kv('w', list)]));
    expect(JSON.stringify(request)).toContain('x'.repeat(300));
    expect(JSON.stringify(request).match(/json_value/g)?.length).toBe(2);
  });

  test('a value nested without end is refused', () => {
    let value: Uint8Array = Uint8Array.from([0x18, 1]);
    for (let i = 0; i < 200; i++) value = Buffer.concat(lengthDelimited(5, lengthDelimited(1, [value])));
    const attribute = lengthDelimited(1, lengthDelimited(1, lengthDelimited(2, [value])));
    const request = Buffer.concat(lengthDelimited(1, lengthDelimited(1, attribute.slice(1))));
    expect(() => flatten('traces', request)).toThrow('value nested deeper than 64');
  });
});

test('spans without ids are dropped and counted, the rest is untouched', () => {
  const id = (n: number) => ({ traceId: hexId(n, 16), spanId: hexId(n, 8), startMs: 1_795_000_000_000 });
  const bad = [
    { ...id(1), traceId: '' },
    { ...id(2), spanId: '' },
    { ...id(3), traceId: '00'.repeat(16) },
    { ...id(4), spanId: '0102' },
  ];
  const { items, rejected, parts } = flatten('traces', traceRequest('s', [id(10), ...bad, id(11)]));
  expect({ items, rejected }).toEqual({ items: 2, rejected: 4 });
  expect(Buffer.concat(parts)).toEqual(
    Buffer.concat(flatten('traces', traceRequest('s', [id(10), id(11)])).parts),
  );
});

test('cut at any byte, a request is refused or read without a crash', () => {
  const bytes = plain([kv('v', { array_value: { values: [{ int_value: 1 }] } })]);
  let refused = 0;
  for (let cut = 1; cut < bytes.length; cut++) {
    try {
      flatten('traces', bytes.subarray(0, cut));
    } catch (cause) {
      expect(cause).toBeInstanceOf(WireError);
      refused += 1;
    }
  }
  expect(refused).toBe(bytes.length - 1);
});

test('a request with more changes than a call can have arguments is rewritten, too', () => {
  const list = kv('list', { array_value: { values: [{ int_value: 1 }] } });
  const spans = Array.from({ length: 150_000 }, (_, i) => ({
    ...{ traceId: hexId(i + 1, 16), spanId: hexId(i + 1, 8), attributes: [list] },
  }));
  expect(flatten('traces', traceRequest('large', spans))).toMatchObject({ items: 150_000, rejected: 0 });
});
