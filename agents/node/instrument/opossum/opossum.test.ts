import { once } from 'node:events';
import { logs } from '@opentelemetry/api';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import CircuitBreaker from 'opossum';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BREAKER_ATTR, type BreakerOutcome } from '../../../contract/index.ts';
import { HandClock } from '../../testing/hand-clock.ts';
import { TrackedBreaker } from './tracked.ts';

const events = new InMemoryLogRecordExporter();
logs.setGlobalLoggerProvider(
  new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: events })] }),
);
let clock: HandClock;
let outcomes: BreakerOutcome[];
const made: CircuitBreaker[] = [];
beforeEach(() => {
  events.reset();
  clock = new HandClock();
  outcomes = [];
});
afterEach(() => {
  for (const breaker of made.splice(0)) breaker.shutdown();
});

function track(action: (fails: boolean) => Promise<unknown>, options: CircuitBreaker.Options = {}) {
  const breaker = new CircuitBreaker(action, { name: 'payments', group: 'payments-v2', ...options });
  made.push(breaker);
  const tracked = new TrackedBreaker(breaker, clock, {
    call: (_, outcome) => outcomes.push(outcome),
    fallback: () => {},
  });
  return {
    tracked,
    fire: (fails = false) => breaker.fire(fails).catch((error: Error) => error.message),
    breaker,
  };
}
const flaky = async (fails: boolean) => {
  if (fails) throw new Error('declined');
};
const transitions = () =>
  events
    .getFinishedLogRecords()
    .map((event) => [
      event.attributes[BREAKER_ATTR.from],
      event.attributes[BREAKER_ATTR.to],
      event.attributes[BREAKER_ATTR.reason],
    ]);

test('a full bulkhead is told apart from a failure', async () => {
  const hanging = Promise.withResolvers<void>();
  const { fire } = track(() => hanging.promise, { capacity: 1, volumeThreshold: 10 });
  const first = fire();
  await fire();
  hanging.resolve();
  await first;
  expect(outcomes).toEqual(['bulkhead_rejected', 'success']);
});

test('the breaker’s own timeout is told apart from a failure that only looks like one', async () => {
  const socket = Object.assign(new Error('connect'), { code: 'ETIMEDOUT' });
  const { fire } = track(
    (fails) => (fails ? Promise.reject(socket) : new Promise((done) => setTimeout(done, 500).unref())),
    { timeout: 20, volumeThreshold: 10 },
  );
  await fire(true);
  await fire();
  expect(outcomes).toEqual(['failure', 'timeout']);
});

test('rejected calls are no part of the window that a reason speaks of', async () => {
  const { fire, breaker } = track(flaky, { volumeThreshold: 2 });
  await fire(true);
  await fire(true);
  for (let i = 0; i < 5; i++) await fire();
  breaker.close();
  await fire(true);
  const reasons = transitions().filter(([, to]) => to === 'open');
  expect(reasons[0]?.[2]).toBe('2 of 2 calls failed in 10 s (100 %, opens above 50 %); last: declined');
  expect(outcomes.filter((o) => o === 'rejected')).toHaveLength(5);
});

test('knows how long an open breaker still waits, from its own opening', async () => {
  const { tracked, fire } = track(flaky, { resetTimeout: 30_000, volumeThreshold: 1 });
  await clock.advance(100_000);
  expect(tracked.resetRemaining).toBeNull();
  await fire(true);
  await clock.advance(10_000);
  expect(tracked.resetRemaining).toBe(20);
});

test('one held open lets nothing through until its time is over, whatever it wants itself', async () => {
  const { tracked, fire, breaker } = track(flaky, { resetTimeout: 10 });
  tracked.force('open', 5_000);
  expect(await fire()).toBe('Breaker is open');
  await once(breaker, 'halfOpen');
  expect(await fire()).toBe('Breaker is open');
  expect(tracked.state).toBe('forced_open');
  await clock.advance(5_000);
  expect(tracked.state).toBe('closed');
  expect(await fire()).toBeUndefined();
  expect(transitions().map(([from, to]) => [from, to])).toEqual([
    ['closed', 'forced_open'],
    ['forced_open', 'closed'],
  ]);
});

test('one held closed stays closed through failures', async () => {
  const { tracked, fire } = track(flaky, { volumeThreshold: 1 });
  tracked.force('closed', 5_000);
  for (let i = 0; i < 5; i++) expect(await fire(true)).toBe('declined');
  expect(tracked.state).toBe('closed');
  expect(transitions()).toEqual([]);
});

test('one that is disabled is nothing else until it is enabled, whatever its timer does', async () => {
  const { tracked, fire, breaker } = track(flaky, { resetTimeout: 10, volumeThreshold: 1 });
  await fire(true);
  breaker.disable();
  tracked.setEnabled(false);
  await once(breaker, 'halfOpen');
  expect(tracked.state).toBe('disabled');
  breaker.enable();
  tracked.setEnabled(true);
  expect(tracked.state).toBe('half_open');
});

test('names its callee: the group, else what follows the arrow, else the name', () => {
  expect(track(flaky).tracked.peer).toBe('payments-v2');
  const named = (name: string) =>
    new TrackedBreaker(new CircuitBreaker(flaky, { name }), clock, { call: () => {}, fallback: () => {} })
      .peer;
  expect(named('orders->inventory')).toBe('inventory');
  expect(named('inventory')).toBe('inventory');
});
