import type { Interactions, ProcessEvent } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { shapeRows } from './shape.ts';

const words = {
  duration: (ms: number) => `${ms} ms`,
  percent: (s: number) => `${s * 100} %`,
  count: String,
};
const NOW = 100_000;
const rows = (interactions: Interactions | null, processes: ProcessEvent[] = []) =>
  Object.fromEntries(shapeRows(interactions, processes, NOW, words).map((row) => [row.id, row]));

const found = (more: Partial<Interactions>): Interactions => ({
  ...{ synchronous: 5, asynchronous: 95, synchronousRatio: 0.05 },
  ...{ outward: 0, insideRatio: 0.05 },
  ...{ longestChain: ['gateway', 'orders'], longestChainTraceId: 'a', traces: 10, tracesRead: 10, oneIn: 1 },
  ...more,
});
const event = (service: string, state: ProcessEvent['state'], at: number): ProcessEvent => ({
  ...{ at, service, instance: `${service}-1`, pid: 1, state, detail: '' },
});

describe('the levels of how services are built', () => {
  it('are unknown, never good, without telemetry', () => {
    expect(Object.values(rows(null)).map((r) => [r.value, r.verdict])).toEqual(
      Array(3).fill(['unknown', 'unknown']),
    );
  });

  it('hold below a tenth of synchronous interactions and up to three services in a chain', () => {
    expect(rows(found({}))).toMatchObject({
      synchronous: { value: '5 %', verdict: 'holds', basis: '5 calls that wait, 95 messages' },
      chain: { value: '2', verdict: 'holds', basis: 'gateway → orders' },
    });
    expect(rows(found({ insideRatio: 0.1, longestChain: ['a', 'b', 'c', 'd'], oneIn: 7 }))).toMatchObject({
      synchronous: { verdict: 'broken' },
      chain: { verdict: 'broken', basis: 'a → b → c → d (in one of 7 traces)' },
    });
  });

  it('judge what stays inside, and tell the share with calls to the outside beside it', () => {
    expect(rows(found({ outward: 3, insideRatio: 0.02 }))).toMatchObject({
      synchronous: {
        value: '2 %',
        verdict: 'holds',
        basis: '2 calls that wait, 95 messages; 5 % with the 3 to the outside',
      },
    });
  });

  it('judge a start by the slowest, a failed try being part of it', () => {
    const ready = [event('orders', 'started', 1000), event('orders', 'healthy', 4000)];
    expect(rows(null, ready)).toMatchObject({ healthy: { value: '3000 ms', verdict: 'holds' } });
    const again = [
      ...[event('payments', 'started', 2000), event('payments', 'exited', 3000)],
      ...[event('payments', 'restarted', 4000), event('payments', 'healthy', 70_000)],
    ];
    expect(rows(null, [...ready, ...again])).toMatchObject({
      healthy: { value: '68000 ms', verdict: 'broken', basis: 'slowest of 2 starts: payments' },
    });
  });

  it('say nothing good of a start that is still under way', () => {
    expect(rows(null, [event('orders', 'started', NOW - 5000)])).toMatchObject({
      healthy: { value: '> 5000 ms', verdict: 'unknown' },
    });
    expect(rows(null, [event('orders', 'started', NOW - 61_000)])).toMatchObject({
      healthy: { verdict: 'broken' },
    });
  });
});
