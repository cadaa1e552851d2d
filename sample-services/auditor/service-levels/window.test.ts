import { describe, expect, test } from 'vitest';
import { peerCallsOf } from './parse.ts';
import { CallWindow } from './window.ts';

const METRICS = `# HELP resilience_circuit_breaker_calls_total Calls by outcome.
# TYPE resilience_circuit_breaker_calls_total counter
resilience_circuit_breaker_calls_total{name="payments",outcome="success"} 90
resilience_circuit_breaker_calls_total{name="payments",outcome="timeout"} 7
resilience_circuit_breaker_calls_total{name="payments",outcome="rejected"} 3
resilience_circuit_breaker_calls_total{name="inventory",outcome="success"} 12
resilience_circuit_breaker_state{name="payments",state="closed"} 1
`;

const MINUTE = 60_000;
const calls = (peer: string, n: number, failed: number) => ({ peer, calls: n, failed });

describe('what callers see of a service', () => {
  test('is read from the counters of their breakers', () => {
    expect(peerCallsOf(METRICS)).toEqual([calls('payments', 100, 10), calls('inventory', 12, 0)]);
  });

  test('is what happened within the window, over all callers', () => {
    const window = new CallWindow(MINUTE);
    window.add('orders', 0, [calls('payments', 1_000, 500)]);
    window.add('gateway', 0, [calls('payments', 0, 0)]);
    window.add('orders', 5_000, [calls('payments', 1_015, 500)]);
    window.add('gateway', 5_000, [calls('payments', 10, 1)]);
    expect(window.breaches(5_000)).toEqual([{ service: 'payments', calls: 25, failed: 1 }]);
    window.add('gateway', 70_000, [calls('payments', 40, 1)]);
    expect(window.breaches(70_000)).toEqual([]);
  });

  test('forgets a caller that tells nothing any more', () => {
    const window = new CallWindow(MINUTE);
    window.add('orders', 0, [calls('payments', 0, 0)]);
    window.add('orders', 5_000, [calls('payments', 50, 50)]);
    expect([window.callers(60_000), window.breaches(60_000).length]).toEqual([1, 1]);
    expect([window.callers(65_001), window.breaches(65_001).length]).toEqual([0, 0]);
  });

  test('says nothing with too few calls', () => {
    const window = new CallWindow(MINUTE);
    window.add('orders', 0, [calls('payments', 0, 0)]);
    window.add('orders', 5_000, [calls('payments', 19, 19)]);
    expect(window.breaches(5_000)).toEqual([]);
  });

  test('survives a caller that begins to count anew', () => {
    const window = new CallWindow(MINUTE);
    window.add('orders', 0, [calls('payments', 1_000, 0)]);
    window.add('orders', 5_000, [calls('payments', 30, 3)]);
    expect(window.breaches(5_000)).toEqual([{ service: 'payments', calls: 30, failed: 3 }]);
  });
});
