import type { ProcessEvent, TrafficCell } from '@stormglass/agents/contract';
import { expect, it } from 'vitest';
import { restartRow } from './restarts.ts';

const event = (state: ProcessEvent['state'], at: number, detail = ''): ProcessEvent => ({
  ...{ at, service: 'payments', instance: 'payments-1', pid: 1, state, detail },
});
const calls = (second: number, errors: number, peer = 'payments'): TrafficCell => ({
  ...{ second, kind: 'client', service: 'orders', peer, operation: '' },
  ...{ calls: 10, errors, receipts: 0, durations: [] },
});
const restarted = [event('exited', 5000, 'exit code 0'), event('restarted', 5500), event('healthy', 8000)];

it('is unknown without a restart, and without a call during it', () => {
  expect(restartRow({ processes: [], traffic: [calls(6, 0)] }).verdict).toBe('unknown');
  expect(restartRow({ processes: restarted, traffic: [calls(60, 3)] }).verdict).toBe('unknown');
});

it('holds when no call to the service failed between its end and its health', () => {
  const traffic = [calls(2, 9), calls(5, 0), calls(8, 0), calls(6, 4, 'inventory'), calls(20, 9)];
  expect(restartRow({ processes: restarted, traffic })).toMatchObject({
    ...{ verdict: 'holds', value: '0 lost', basis: 'payments: 20 calls to it meanwhile' },
  });
});

it('is broken by a call that failed meanwhile', () => {
  expect(restartRow({ processes: restarted, traffic: [calls(6, 2), calls(7, 1)] })).toMatchObject({
    ...{ verdict: 'broken', value: '3 lost' },
  });
});

it('says nothing of kills and crashes: they are no restarts in good order', () => {
  const traffic = [calls(6, 5)];
  for (const end of [event('killed', 5000, 'SIGKILL'), event('exited', 5000, 'exit code 1')]) {
    expect(restartRow({ processes: [end, ...restarted.slice(1)], traffic }).verdict).toBe('unknown');
  }
});
