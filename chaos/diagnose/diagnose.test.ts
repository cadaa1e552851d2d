import {
  emptyTimeline,
  FaultSpec,
  sketchIndex,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { diagnose } from './diagnose.ts';
import type { Evidence } from './evidence.ts';

const AT = 1_700_000_900_000;

function cells(
  over: Partial<TrafficCell>,
  now: { errors?: number; ms?: number; calls?: number } = {},
): TrafficCell[] {
  const one = (secondsAgo: number, { errors = 0, ms = 40, calls = 10 }): TrafficCell => ({
    ...{
      second: AT / 1000 - secondsAgo,
      kind: 'server',
      service: 'orders',
      peer: '',
      operation: 'POST /orders',
    },
    ...{ calls, errors, receipts: 0, durations: calls === 0 ? [] : [[sketchIndex(ms), calls]] },
    ...over,
  });
  return [300, 200, 100].map((ago) => one(ago, {})).concat([30, 20, 10].map((ago) => one(ago, now)));
}

const evidence = (over: Partial<Omit<Evidence, 'timeline'>>, timeline: Partial<Timeline> = {}): Evidence => ({
  ...{ service: 'orders', at: AT, agents: [], faults: [], failing: [], pools: [] },
  ...over,
  timeline: { ...emptyTimeline(), ...timeline },
});
const first = (given: Evidence) => diagnose(given).suspicions[0];

const CALLS = cells({ kind: 'client', peer: 'payments' });
const breaker = (service: string, peer: string): Timeline['transitions'][number] => ({
  ...{
    at: AT - 5_000,
    service,
    instance: `${service}-1`,
    name: peer,
    peer,
    from: 'closed',
    to: 'open',
    reason: '',
  },
  ...{ windowCalls: 12, windowFailures: 9, windowTimeouts: 0, windowSeconds: 10, threshold: 0.5, volume: 5 },
  ...{ resetTimeoutMs: 5_000, traceId: '' },
});
const depth = (secondsAgo: number, ready: number, over = {}): Timeline['queues'][number] => ({
  ...{
    at: AT - secondsAgo * 1000,
    system: 'bullmq',
    queue: 'mails',
    ready,
    delayed: 0,
    inFlight: 0,
    dead: 0,
  },
  ...{ oldestAgeMs: null, enqueued: 0, dequeued: 0, redelivered: 0, consumers: 1, paused: false },
  ...over,
});
const fault = (target: object, type = 'latency'): Evidence['faults'][number] => ({
  ...{ faultId: 'f', runId: null, owner: 'ada', armedAt: AT - 9_000, expiresAt: AT + 9_000 },
  ...{ firstEffectAt: null, endedAt: null, endReason: null, readBack: null, reverted: null, injections: 7 },
  spec: FaultSpec.parse({ action: { type }, target }),
});

describe('a diagnosis', () => {
  it('says that all is well when nothing is out of its usual', () => {
    const { summary, suspicions } = diagnose(evidence({}, { traffic: [...cells({}), ...CALLS] }));
    expect([suspicions, summary]).toEqual([[], expect.stringContaining('orders looks well')]);
  });

  it('says that it knows nothing of a service which nobody has seen', () => {
    expect(diagnose(evidence({ service: 'moon' })).summary).toContain('Nothing is known of moon');
  });

  it.each([
    ['on it', { kind: 'service', service: 'orders' }, /armed on it, by ada; it hit 7 times/],
    ['on the way to it', { kind: 'edge', from: 'gateway', to: 'orders' }, /on the way to it/],
    ['downstream', { kind: 'service', service: 'payments' }, /downstream, on payments/],
    ['upstream', { kind: 'service', service: 'gateway' }, /upstream, on gateway/],
  ])('names a fault %s', (_, target, words) => {
    const traffic = [...CALLS, ...cells({ kind: 'client', service: 'gateway', peer: 'orders' })];
    expect(first(evidence({ faults: [fault(target)] }, { traffic }))?.says).toMatch(words);
  });

  it('does not blame a fault somewhere else', () => {
    const elsewhere = fault({ kind: 'service', service: 'shipping' });
    expect(diagnose(evidence({ faults: [elsewhere] }, { traffic: CALLS })).suspicions).toEqual([]);
  });

  it('puts the cause before its symptoms', () => {
    const { suspicions, summary } = diagnose(
      evidence(
        { faults: [fault({ kind: 'service', service: 'payments' }, 'error')] },
        {
          traffic: [
            ...cells({}, { errors: 6 }),
            ...cells({ kind: 'client', peer: 'payments' }, { errors: 8 }),
          ],
          transitions: [breaker('orders', 'payments')],
        },
      ),
    );
    expect(suspicions.map(({ rule }) => rule)).toEqual([
      ...['active-fault', 'open-breakers', 'downstream', 'own-answers'],
    ]);
    expect(summary).toMatch(
      /^Most probably: Error answer on payments is armed downstream.* 3 more signs below/,
    );
  });

  it('tells its own breakers from those of its callers', () => {
    const own = first(evidence({}, { traffic: CALLS, transitions: [breaker('orders', 'payments')] }));
    expect(own?.says).toBe(
      'its breaker towards payments is open: payments fails or is too slow (9 of 12 calls failed in 10 s)',
    );
    const theirs = first(evidence({}, { traffic: CALLS, transitions: [breaker('gateway', 'orders')] }));
    expect(theirs?.says).toContain('the breaker of gateway towards it is open');
  });

  it('compares what it calls, and itself, with how they were before', () => {
    const failing = cells({ kind: 'client', peer: 'payments' }, { errors: 5 });
    expect(first(evidence({}, { traffic: failing }))?.says).toBe(
      '50 % of its calls to payments fail, 0.0 % before',
    );
    const slow = cells({ kind: 'db', peer: 'orders_db' }, { ms: 900 });
    expect(first(evidence({}, { traffic: slow }))?.says).toMatch(
      /its database orders_db answers slower: p95 \d+ ms, \d+ ms before/,
    );
    const itself = evidence(
      { failing: [{ traceId: 'abcdef0123', statusMessage: 'no stock' } as Evidence['failing'][number]] },
      { traffic: cells({}, { errors: 4 }) },
    );
    expect(first(itself)).toMatchObject({
      says: expect.stringMatching(
        /40 % of 30 calls in the last minute failed, 0.0 % before; 1 of 1 say "no stock"/,
      ),
      evidence: [{ href: '/traces/abcdef0123' }, { href: expect.stringContaining('error%3Dtrue') }],
    });
    expect(diagnose(itself).summary).toContain('symptoms, and no cause was found');
  });

  it('sees processes that ended, agents that are away, and silence', () => {
    const process = {
      at: AT,
      service: 'orders',
      instance: 'orders-1',
      pid: 1,
      state: 'killed' as const,
      detail: '',
    };
    expect(first(evidence({}, { processes: [process] }))?.says).toBe('of its processes: orders-1 killed');
    const away = { instance: 'orders-1', connected: false, lastSeenAt: AT - 8_000 };
    expect(first(evidence({ agents: [away] }))?.says).toBe('no agent of it is connected, last seen 8 s ago');
    expect(first(evidence({}, { traffic: cells({}, { calls: 0 }) }))?.says).toContain('nothing was served');
  });

  it('sees queues without a consumer, queues that grow, and messages given up', () => {
    const traffic = cells({ kind: 'producer', peer: 'mails' });
    const look = (...queues: Timeline['queues']) => first(evidence({}, { traffic, queues }))?.says;
    expect(look(depth(90, 2), depth(1, 9, { consumers: 0 }))).toBe(
      'nobody takes from mails: no consumer, 9 wait',
    );
    expect(look(depth(90, 2), depth(1, 80, { oldestAgeMs: 4_000 }))).toContain(
      '2 to 80 messages, the oldest is 4 s',
    );
    expect(look(depth(90, 2), depth(1, 2, { dead: 3 }))).toBe('3 messages of mails were given up');
    expect(look(depth(90, 2), depth(1, 4))).toBeUndefined();
  });

  it('sees a pool without a free connection, and says what it could not look at', () => {
    const pool = { instance: 'orders-1', pool: 'orders', used: 10, max: 10, pending: 4 };
    const found = diagnose(evidence({ pools: [pool] }), ['traces: the store does not answer']);
    expect(found.suspicions[0]?.says).toContain('all 10 of 10 connections of orders-1');
    expect(found.blind).toEqual(['traces: the store does not answer']);
    expect(diagnose(evidence({ pools: [{ ...pool, pending: 0 }] })).suspicions).toEqual([]);
  });
});
