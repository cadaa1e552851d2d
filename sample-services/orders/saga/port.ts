import type { CreateOrderRequest } from '../api.ts';

export type SagaOutcome = 'confirmed' | 'compensated' | 'rejected' | 'failed';

/** What a saga was started with. Amount in cents. */
export type SagaInput = CreateOrderRequest;

export interface SagaHandle {
  sagaId: string;
  orderId: string;
  /** False when the request key had started it before. */
  isNew: boolean;
}

export interface SagaView extends Omit<SagaHandle, 'isNew'> {
  type: string;
  status: 'running' | 'compensating' | 'stuck' | SagaOutcome;
  epoch: number;
  journal: readonly JournalRow[];
}

/**
 * INTENT before a call and one of OK, FAILED (refused for certain), AMBIGUOUS (unknown), NOT_SENT (no effect for certain)
 * after it; COMPENSATING and COMPENSATED around an undoing call. GIVE_UP turns a saga round for good.
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
  | 'STUCK'
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
 * What the shop needs of a saga engine, whichever it is. `start` returns when the saga is durable: from then on it ends
 * confirmed or compensated, whatever dies.
 */
export interface SagaEngine {
  /** The same `requestKey` again gives the same saga; with another input it is refused. */
  start(input: SagaInput, requestKey: string): Promise<SagaHandle>;
  /** Asks a saga to be undone; works until its pivot has happened. Gives its status after the request. */
  signal(sagaId: string, signal: 'cancel'): Promise<SagaView['status']>;
  get(sagaId: string): Promise<SagaView | null>;
  on(event: 'transition', listener: (transition: SagaTransition) => void): () => void;
  /** Takes over sagas which are due or whose owner is gone; gives how many. */
  recover(): Promise<number>;
  close(): Promise<void>;
}
