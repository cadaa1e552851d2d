import { withSagaStep } from '@stormglass/agents/node';
import type { Subject } from './record.ts';

/** The steps of an order's saga that have an effect somewhere, and whose they are. */
export const STEP_OWNERS = { reserve: 'inventory', charge: 'payments', ship: 'shipping' } as const;
export type StepName = keyof typeof STEP_OWNERS;
export type StepKind = 'action' | 'compensate';

export const SAGA_TYPE = 'create-order';

/** `<sagaId>:<step>:action` names a reservation, a charge, a shipment: whichever mode the saga runs in. */
export function actionKey(sagaId: string, step: StepName): string {
  return `${sagaId}:${step}:action`;
}

/** The saga which a key belongs to; the key itself when it was made by somebody else. */
export function sagaIdOf(key: string): string {
  return key.split(':')[0] ?? key;
}

/** Runs a participant's part of a choreographed saga in its span. */
export function inStep<T>(
  subject: Subject,
  step: StepName,
  kind: StepKind,
  attempt: number,
  work: () => Promise<T>,
): Promise<T> {
  const { sagaId, orderId, mode } = subject;
  const key = `${sagaId}:${step}:${kind}`;
  return withSagaStep({ sagaId, orderId, mode, type: SAGA_TYPE, step, kind, attempt, key }, work);
}
