import { expect, test } from 'vitest';
import { BREAKER_ATTR, METRIC } from '../../contract/telemetry.ts';
import { HystrixStream } from './hystrix.ts';

const command = (more: object) =>
  `data: ${JSON.stringify({
    ...{
      type: 'HystrixCommand',
      name: 'hi',
      isCircuitBreakerOpen: false,
      errorPercentage: 0,
      requestCount: 3,
    },
    ...{ rollingCountSuccess: 3, propertyValue_metricsRollingStatisticalWindowInMilliseconds: 10_000 },
    ...more,
  })}`;
const calls = (stream: HystrixStream, now: number) =>
  stream.take(now).flatMap((sample) => (sample.name === METRIC.breakerCalls ? [sample.value] : []));
const stateIn = (more: object) => {
  const stream = new HystrixStream();
  stream.line(command(more));
  const current = stream.take(0).find((sample) => sample.name === METRIC.breakerState && sample.value === 1);
  return current?.labels[BREAKER_ATTR.state];
};

test('the calls of a rolling window are counted once in each window', () => {
  const stream = new HystrixStream();
  const at = (now: number) => {
    stream.line(command({}));
    return calls(stream, now);
  };
  expect([at(0), at(5_000), at(9_999), at(10_000)]).toEqual([[3], [], [], [3]]);
  expect(calls(stream, 30_000)).toEqual([]);
});

test('a breaker forced by hand says so', () => {
  expect(stateIn({})).toBe('closed');
  expect(stateIn({ isCircuitBreakerOpen: true })).toBe('open');
  expect(stateIn({ isCircuitBreakerOpen: 'true' })).toBe('open');
  expect(stateIn({ propertyValue_circuitBreakerForceOpen: true })).toBe('forced_open');
  expect(stateIn({ propertyValue_circuitBreakerForceClosed: true })).toBe('disabled');
});

test('a breaker that was open before and is closed now has moved', () => {
  const stream = new HystrixStream();
  const after = (more: object) => {
    stream.line(command(more));
    const moves = stream.moves();
    stream.take(0);
    return moves;
  };
  expect(after({ isCircuitBreakerOpen: true })).toEqual([]);
  expect(after({ isCircuitBreakerOpen: true })).toEqual([]);
  expect(after({})).toEqual([{ name: 'hi', from: 'open', to: 'closed' }]);
});

test('pings, thread pools and broken lines are left out', () => {
  const stream = new HystrixStream();
  for (const line of ['ping: ', '', 'data: {"type":"HystrixThreadPool","name":"x"}', 'data: {"type":"Hys'])
    stream.line(line);
  expect(stream.take(0)).toEqual([]);
});
