import type { SagaDetail, SagaEvent } from '@stormglass/agents/contract';
import { expect, test } from 'vitest';
import { asOf } from './as-of.ts';

const row = (at: number, event: string, step = '', outcome = ''): SagaEvent => ({
  ...{ at, event, step, outcome, sagaId: 's-1', type: 'create-order', mode: 'orchestrated' },
  ...{ service: 'orders', orderId: 'o-1', kind: 'action', attempt: 1, epoch: 1 },
  ...{ owner: '', key: '', detail: '', traceId: '' },
});
const saga: SagaDetail = {
  ...{ sagaId: 's-1', type: 'create-order', mode: 'orchestrated', orderId: 'o-1', traceId: '' },
  ...{ startedAt: 100, endedAt: 600, status: 'compensated', lastStep: 'reserve', events: 6, amount: 84.9 },
  journal: [
    row(100, 'started'),
    row(200, 'step_intent', 'reserve'),
    row(300, 'compensation_started', 'reserve'),
    row(400, 'stuck', 'reserve'),
    row(500, 'resolved', 'reserve'),
    row(600, 'completed', '', 'compensated'),
  ],
};

test('a saga is at each instant what its journal said by then', () => {
  const said = (at: number) => asOf(saga, at).status;
  expect([50, 200, 300, 400, 500, 600].map(said)).toEqual([
    ...['running', 'running', 'compensating', 'stuck', 'compensating', 'compensated'],
  ]);
  expect(asOf(saga, 250)).toMatchObject({ endedAt: null, lastStep: 'reserve', events: 2 });
  expect(asOf(saga, 600)).toEqual(saga);
});
