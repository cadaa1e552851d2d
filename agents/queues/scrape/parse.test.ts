import { describe, expect, test } from 'vitest';
import { parseMetrics } from './parse.ts';
import { parseTargets } from './scraper.ts';

describe('the Prometheus text format', () => {
  test('the example of its documentation', () => {
    const text = [
      '# HELP http_requests_total The total number of HTTP requests.',
      '# TYPE http_requests_total counter',
      'http_requests_total{method="post",code="200"} 1027 1395066363000',
      'http_requests_total{method="post",code="400"}    3 1395066363000',
      '',
      '# Escaping in label values:',
      'msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9',
      '',
      '# Minimalistic line:',
      'metric_without_timestamp_and_labels 12.47',
      '',
      '# A weird metric from before the epoch:',
      'something_weird{problem="division by zero"} +Inf -3982045',
      '',
      '# TYPE http_request_duration_seconds histogram',
      'http_request_duration_seconds_bucket{le="0.05"} 24054',
      'http_request_duration_seconds_sum 53423',
      'http_request_duration_seconds_count 144320',
      '# TYPE rpc_duration_seconds summary',
      'rpc_duration_seconds{quantile="0.01"} NaN',
    ].join('\n');
    const none = { labels: {}, at: null };
    expect(parseMetrics(text)).toEqual([
      ...['200', '400'].map((code, i) => ({
        ...{ name: 'http_requests_total', type: 'counter', labels: { method: 'post', code } },
        ...{ value: [1027, 3][i], at: 1_395_066_363_000 },
      })),
      {
        ...{ name: 'msdos_file_access_time_seconds', type: 'untyped', value: 1.458255915e9, at: null },
        labels: { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
      },
      { name: 'metric_without_timestamp_and_labels', type: 'untyped', value: 12.47, ...none },
      {
        ...{ name: 'something_weird', type: 'untyped', labels: { problem: 'division by zero' } },
        ...{ value: Number.POSITIVE_INFINITY, at: -3_982_045 },
      },
      {
        ...{ name: 'http_request_duration_seconds_bucket', type: 'histogram', labels: { le: '0.05' } },
        ...{ value: 24_054, at: null },
      },
      { name: 'http_request_duration_seconds_sum', type: 'histogram', value: 53_423, ...none },
      { name: 'http_request_duration_seconds_count', type: 'histogram', value: 144_320, ...none },
      {
        ...{ name: 'rpc_duration_seconds', type: 'summary', labels: { quantile: '0.01' } },
        ...{ value: Number.NaN, at: null },
      },
    ]);
  });

  test('a brace, a comma or a blank in a label is part of it, a comma after the last label is not', () => {
    expect(parseMetrics('a{x="}, {y=\\"1\\"", z = "2",} 1')[0]?.labels).toEqual({ x: '}, {y="1"', z: '2' });
  });

  test('what is none is refused with its line', () => {
    for (const [text, message] of [
      ['a 1\n<html>', 'line 2: neither a comment nor a sample'],
      ['a{x="1} 2', 'line 1: the labels cannot be read'],
      ['a{x=1} 2', 'line 1: the labels cannot be read'],
      ['a one', 'line 1: one is no number'],
      ['# TYPE a meter', 'line 1: meter is no type of metric'],
    ] as const)
      expect(() => parseMetrics(text)).toThrow(message);
  });
});

test('targets are named URLs', () => {
  expect(parseTargets(' a=http://h:1/metrics , b=https://h/x?y=z')).toEqual([
    { service: 'a', url: 'http://h:1/metrics' },
    { service: 'b', url: 'https://h/x?y=z' },
  ]);
  for (const wrong of ['http://h:1', 'a=ftp://h', '=http://h'])
    expect(() => parseTargets(wrong)).toThrow('write payments=http://host:8080/metrics');
});
