import { describe, expect, test } from 'vitest';
import { otlp } from '../wire/codec.ts';
import { flatten } from '../wire/flatten.ts';
import { jsonToProtobuf } from '../wire/json.ts';

const IDS = '"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174"';
const request = (span: string) => Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[{${span}}]}]}]}`);
const attribute = (value: string) => request(`${IDS},"attributes":[{"key":"k","value":${value}}]`);

interface Decoded {
  resource_spans: { scope_spans: { spans: Record<string, unknown>[] }[] }[];
}
/** What a decoder reads of the one span in a request of JSON. */
function spanOf(body: Buffer): Record<string, unknown> {
  const bytes = jsonToProtobuf('traces', body);
  expect(flatten('traces', bytes)).toMatchObject({ items: 1, rejected: 0 });
  const decoded = otlp.decode('ExportTraceServiceRequest', bytes) as unknown as Decoded;
  return decoded.resource_spans[0]?.scope_spans[0]?.spans[0] ?? {};
}
const attributeOf = (value: string) =>
  (spanOf(attribute(value)).attributes as { value: unknown }[])[0]?.value;

describe('OTLP/JSON says the same as protobuf', () => {
  test('ids are hex in any case, a parent may be empty', () => {
    expect(spanOf(request(`${IDS},"parentSpanId":""`))).toMatchObject({
      trace_id: Buffer.from('5b8efff798038103d269b633813fc60c', 'hex'),
      span_id: Buffer.from('eee19b7ec3c1b174', 'hex'),
    });
  });

  test.each([
    ['a text', '{"stringValue":"x"}', { string_value: 'x' }],
    ['an empty text', '{"stringValue":""}', { string_value: '' }],
    ['an integer as a text', '{"intValue":"-9223372036854775808"}', { int_value: '-9223372036854775808' }],
    ['an integer as a number', '{"intValue":7}', { int_value: '7' }],
    ['a large integer as a number', '{"intValue":9007199254740993}', { int_value: '9007199254740993' }],
    ['an integer with an exponent', '{"intValue":1e3}', { int_value: '1000' }],
    ['a whole number beyond 64 bits', '{"intValue":1e+300}', { double_value: 1e300 }],
    ['a whole number of 30 digits', '{"intValue":100000000000000000000000000000}', { double_value: 1e29 }],
    ['zero', '{"intValue":0}', { int_value: '0' }],
    ['a double', '{"doubleValue":0.1}', { double_value: 0.1 }],
    ['a double as a text', '{"doubleValue":"0.1"}', { double_value: 0.1 }],
    [
      'a double with many digits and no point',
      '{"doubleValue":12345678901234567890}',
      { double_value: Number('12345678901234567890') },
    ],
    ['no number', '{"doubleValue":"NaN"}', { double_value: Number.NaN }],
    ['an infinite number', '{"doubleValue":"-Infinity"}', { double_value: Number.NEGATIVE_INFINITY }],
    ['false', '{"boolValue":false}', { bool_value: false }],
    ['bytes', '{"bytesValue":"AP8="}', { bytes_value: Buffer.from([0, 255]) }],
    [
      'a list',
      '{"arrayValue":{"values":[{"intValue":1},{}]}}',
      { array_value: { values: [{ int_value: '1' }, {}] } },
    ],
    ['an empty list', '{"arrayValue":{}}', { array_value: {} }],
    [
      'a map',
      '{"kvlistValue":{"values":[{"key":"a","value":{}}]}}',
      { kvlist_value: { values: [{ key: 'a', value: {} }] } },
    ],
    ['nothing', '{}', {}],
  ])('%s', (_name, json, expected) => {
    expect(attributeOf(json)).toEqual(expected);
  });

  test.each([
    ['"kind":3', 3],
    ['"kind":"3"', 3],
    ['"kind":"SPAN_KIND_CLIENT"', 3],
    ['"kind":1,"kind":3', 3],
    ['"kind":3,"somethingNew":{"deep":[1,null]}', 3],
    ['"kind":3,"events":null,"links":[]', 3],
  ])('%s', (json, kind) => {
    expect(spanOf(request(`${IDS},${json}`))).toMatchObject({ kind });
  });

  test('times are exact as text and as number, flags and counts are kept', () => {
    const json =
      '"startTimeUnixNano":"1795000000000000001","endTimeUnixNano":1795000000000000003,"flags":257';
    expect(spanOf(request(`${IDS},${json},"droppedEventsCount":4294967295`))).toMatchObject({
      start_time_unix_nano: '1795000000000000001',
      end_time_unix_nano: '1795000000000000003',
      flags: 257,
      dropped_events_count: 4294967295,
    });
  });

  test('names of enums in status, logs and metrics', () => {
    expect(spanOf(request(`${IDS},"status":{"code":"STATUS_CODE_ERROR"}`))).toMatchObject({
      status: { code: 2 },
    });
    const logs =
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"SEVERITY_NUMBER_WARN2"}]}]}]}';
    expect(
      JSON.stringify(otlp.decode('ExportLogsServiceRequest', jsonToProtobuf('logs', Buffer.from(logs)))),
    ).toContain('"severity_number":14');
    const sum =
      '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA"}}]}]}]}';
    expect(
      JSON.stringify(otlp.decode('ExportMetricsServiceRequest', jsonToProtobuf('metrics', Buffer.from(sum)))),
    ).toContain('"aggregation_temporality":1');
  });
});

test.each([
  ['an integer beyond 64 bits', attribute('{"intValue":"9223372036854775808"}')],
  ['a fraction for an integer', attribute('{"intValue":1.5}')],
  ['words for an integer', attribute('{"intValue":"seven"}')],
  ['words for a double', attribute('{"doubleValue":"seven"}')],
  ['a number for a text', attribute('{"stringValue":7}')],
  ['a kind beyond 32 bits', request(`${IDS},"kind":4294967296`)],
  ['a negative count', request(`${IDS},"droppedEventsCount":-1`)],
  ['a negative time', request(`${IDS},"startTimeUnixNano":"-1"`)],
  ['an id that is no hex', request('"traceId":"xyz"')],
  ['a list that is an object', request(`${IDS},"events":{}`)],
  ['lists in lists without end', Buffer.from(`{"resourceSpans":${'['.repeat(100_000)}`)],
  [
    'values in values without end',
    attribute(`${'{"arrayValue":{"values":['.repeat(20_000)}${']}}'.repeat(20_000)}`),
  ],
])('%s is no OTLP', (_name, body) => {
  expect(() => jsonToProtobuf('traces', body)).toThrow('no OTLP JSON');
});

test.each(['""', '"00000000000000000000000000000000"', '"5b8e"'])(
  'a trace id of %s is rejected, not invalid',
  (id) => {
    const bytes = jsonToProtobuf('traces', request(`"traceId":${id},"spanId":"eee19b7ec3c1b174"`));
    expect(flatten('traces', bytes)).toMatchObject({ items: 0, rejected: 1 });
  },
);
