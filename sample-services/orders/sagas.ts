import type { Database } from '../kit/database.ts';
import type { Choreography } from './choreography/choreography.ts';
import { readOrderState } from './order/read.ts';
import type {
  Delivered,
  Intervention,
  SagaEngine,
  SagaHandle,
  SagaInput,
  SagaStatus,
  SagaTransition,
  SagaView,
  SignalAnswer,
  StuckSaga,
} from './saga/port.ts';
import { refusal } from './saga/signal.ts';

/** Sagas of both modes as one: an order's mode says who runs it, a saga's id who knows it. */
export class Sagas implements SagaEngine {
  readonly #db: Database;
  readonly #engine: SagaEngine;
  readonly #choreography: Choreography;

  constructor(db: Database, engine: SagaEngine, choreography: Choreography) {
    this.#db = db;
    this.#engine = engine;
    this.#choreography = choreography;
  }

  start(input: SagaInput, requestKey: string): Promise<SagaHandle> {
    const runner = input.mode === 'choreographed' ? this.#choreography : this.#engine;
    return runner.start(input, requestKey);
  }

  async signal(sagaId: string, signal: 'cancel' | 'return'): Promise<SignalAnswer> {
    const cancelled = signal === 'cancel' ? await this.#choreography.cancel(sagaId) : null;
    if (cancelled) return cancelled;
    // Read after that: an order which could not be cancelled has ended, and stays as it is here.
    const choreographed = await this.#choreography.get(sagaId);
    if (!choreographed) return this.#engine.signal(sagaId, signal);
    // Nobody drives a choreographed saga, so its return is one that somebody drives.
    if (choreographed.status === 'confirmed') return this.#takeBack(choreographed);
    throw refusal(sagaId, choreographed.status, signal);
  }

  takeBack(order: Delivered): Promise<string> {
    return this.#engine.takeBack(order);
  }

  async get(sagaId: string): Promise<SagaView | null> {
    return (await this.#choreography.get(sagaId)) ?? this.#engine.get(sagaId);
  }

  on(event: 'transition', listener: (transition: SagaTransition) => void): () => void {
    const offs = [this.#engine.on(event, listener), this.#choreography.on(listener)];
    return () => {
      for (const off of offs) off();
    };
  }

  recover(): Promise<number> {
    return this.#engine.recover();
  }

  async stuck(limit: number): Promise<StuckSaga[]> {
    const both = await Promise.all([this.#engine.stuck(limit), this.#choreography.stuck(limit)]);
    return both
      .flat()
      .sort((a, b) => a.stuckSince - b.stuckSince)
      .slice(0, limit);
  }

  async intervene(sagaId: string, intervention: Intervention): Promise<SagaStatus> {
    const status = await this.#choreography.intervene(sagaId, intervention);
    return status ?? this.#engine.intervene(sagaId, intervention);
  }

  async close(): Promise<void> {
    await Promise.all([this.#engine.close(), this.#choreography.close()]);
  }

  async #takeBack({ orderId, status }: SagaView): Promise<SignalAnswer> {
    const order = await readOrderState(this.#db, orderId);
    if (!order) throw new Error(`order ${orderId} is gone`);
    return { effect: 'returns', status, returnSagaId: await this.#engine.takeBack(order) };
  }
}
