import { expect } from 'vitest';
import type { SagaView } from '../port.ts';
import type { Bench, EngineProcess, Placed } from './bench.ts';
import type { PeerService } from './witness.ts';

/** The steps of an order's saga: who does them, under which paths, and which order makes the business refuse them. */
export const STEPS = [
  {
    step: 'reserve',
    service: 'inventory',
    does: '/reservations',
    undoes: '/reservations/release',
    refused: { sku: 'sku-sold-out' },
  },
  {
    step: 'charge',
    service: 'payments',
    does: '/charges',
    undoes: '/refunds',
    refused: { cardToken: 'tok_declined' },
  },
  {
    step: 'ship',
    service: 'shipping',
    does: '/shipments',
    undoes: '/shipments/cancel',
    refused: { address: '1 Nowhere Road, 00000 Atlantis' },
  },
] as const satisfies readonly {
  step: string;
  service: PeerService;
  does: string;
  undoes: string;
  refused: object;
}[];

/** An order which the carrier refuses, after stock and money were taken. */
export const UNDELIVERABLE = STEPS[2].refused;

const FORWARD = ['reserve', 'charge', 'ship'];

/** The saga came through, and each step had its effect once. */
export function expectDelivered(bench: Bench, saga: SagaView): void {
  expect(bench.witness.history(saga.orderId)).toEqual(FORWARD);
  expect(saga.status).toBe('confirmed');
}

/** The saga did not come through; whatever it did is undone, last first, and no step had its effect twice. */
export function expectUndone(bench: Bench, saga: SagaView): void {
  const history = bench.witness.history(saga.orderId);
  const done = history.filter((effect) => !effect.startsWith('undo '));
  expect(done, 'each step at most once, in order').toEqual(FORWARD.slice(0, done.length));
  const undone = [...done].reverse().map((effect) => `undo ${effect}`);
  expect(history, 'undone in reverse').toEqual([...done, ...undone]);
  expect(['compensated', 'rejected', 'failed']).toContain(saga.status);
}

/** Places an order and waits for its saga's end. */
export async function run(engine: EngineProcess, change: Record<string, unknown> = {}): Promise<SagaView> {
  const placed = await engine.place(change);
  return engine.ending(idOf(placed));
}

export function idOf(placed: Placed | null): string {
  expect(placed).toMatchObject({ sagaId: expect.stringMatching(/.+/) });
  return placed?.sagaId ?? '';
}
