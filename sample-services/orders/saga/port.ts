import type { SagaMode } from '../../events/shop-event.ts';
import type { CreateOrderRequest } from '../api.ts';

export type SagaOutcome = 'confirmed' | 'returned' | 'compensated' | 'rejected' | 'failed';

/** What an order's saga is started with. Amount in cents. */
export type SagaInput = CreateOrderRequest;

export interface SagaHandle {
  sagaId: string;
  orderId: string;
  /** False when the request key had started it before. */
  isNew: boolean;
}

export type SagaStatus = 'running' | 'compensating' | 'stuck' | SagaOutcome;

export interface SagaView extends Omit<SagaHandle, 'isNew'> {
  type: string;
  mode: SagaMode;
  status: SagaStatus;
  /** True when it was not through at its deadline. */
  overdue: boolean;
  epoch: number;
  journal: readonly JournalRow[];
}

/**
 * INTENT before a call and one of OK, FAILED (refused for certain), AMBIGUOUS (unknown), NOT_SENT (no effect for certain)
 * after it; COMPENSATING and COMPENSATED around an undoing call. GIVE_UP turns a saga round for good. RETRIED, SKIPPED
 * and RESOLVED are a person's decisions about a stuck step.
 */
export type JournalStatus =
  | 'STARTED'
  | 'INTENT'
  | 'OK'
  | 'FAILED'
  | 'AMBIGUOUS'
  | 'NOT_SENT'
  | 'GIVE_UP'
  | 'COMPENSATING'
  | 'COMPENSATED'
  | 'CANCEL_REQUESTED'
  | 'OVERDUE'
  | 'STUCK'
  | 'RETRIED'
  | 'SKIPPED'
  | 'RESOLVED'
  | 'TAKEOVER'
  | 'ENDED';

export interface JournalRow {
  step: string;
  kind: 'action' | 'compensate' | '';
  status: JournalStatus;
  attempt: number;
  epoch: number;
  owner: string;
  key: string;
  detail: string;
  /** Epoch milliseconds. */
  at: number;
}

export interface SagaTransition extends Omit<SagaHandle, 'isNew'> {
  row: JournalRow;
  outcome: SagaOutcome | null;
}

/**
 * What a signal comes to. `compensates`: the pivot is not reached and never will be. `returns`: the pivot has happened,
 * `returnSagaId` takes the goods back. `undecided`: the pivot's call is out; the saga is undone if it did not happen and
 * returned if it did.
 */
export interface SignalAnswer {
  effect: 'compensates' | 'returns' | 'undecided';
  status: SagaStatus;
  returnSagaId: string | null;
}

/** An order that was delivered, as its return needs it. Amount in cents. */
export interface Delivered {
  orderId: string;
  sagaId: string;
  mode: SagaMode;
  userId: string;
  amount: number;
  address: string;
}

/** A step which does not get through, waiting for a person. Times in epoch milliseconds. */
export interface StuckSaga extends Omit<SagaHandle, 'isNew'> {
  type: string;
  step: string;
  kind: 'action' | 'compensate';
  /** Attempts of that step so far. */
  attempts: number;
  /** Why the last one failed. */
  detail: string;
  stuckSince: number;
}

/**
 * What a person decides about a stuck step: `retry` it now; `skip` it, its effect stays as it is; `resolve` it: somebody
 * has brought its effect about by hand.
 */
export interface Intervention {
  do: 'retry' | 'skip' | 'resolve';
  /** The stuck step; refused when another one is stuck by now. */
  step: string;
  who: string;
  /** May be empty for a retry only. */
  reason: string;
}

/**
 * What the shop needs of a saga engine, whichever it is. `start` returns when the saga is durable: from then on it ends
 * confirmed or compensated, whatever dies.
 */
export interface SagaEngine {
  /** The same `requestKey` of the same user again gives the same saga; with another input it is refused. */
  start(input: SagaInput, requestKey: string): Promise<SagaHandle>;
  /**
   * `cancel` undoes before the pivot and returns after it; `return` only returns. Refused when there is nothing to take
   * back. Asked for again, each is answered as at first.
   */
  signal(sagaId: string, signal: 'cancel' | 'return'): Promise<SignalAnswer>;
  /** Starts the return of a delivered order, whoever ran its saga; gives the return's own saga id. It is one, however often asked for. */
  takeBack(order: Delivered): Promise<string>;
  get(sagaId: string): Promise<SagaView | null>;
  on(event: 'transition', listener: (transition: SagaTransition) => void): () => void;
  /** Takes over sagas which are due or whose owner is gone; gives how many. */
  recover(): Promise<number>;
  /** The manual-intervention queue, oldest first. */
  stuck(limit: number): Promise<StuckSaga[]>;
  /** Refused when that step is not stuck (any more). */
  intervene(sagaId: string, intervention: Intervention): Promise<SagaStatus>;
  close(): Promise<void>;
}
