import { ShopError } from '../kit/errors.ts';
import type { Choreography } from './choreography/choreography.ts';
import type {
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

/** Sagas of both modes as one: an order's mode says who runs it, a saga's id who knows it. */
export class Sagas implements SagaEngine {
  readonly #engine: SagaEngine;
  readonly #choreography: Choreography;

  constructor(engine: SagaEngine, choreography: Choreography) {
    this.#engine = engine;
    this.#choreography = choreography;
  }

  start(input: SagaInput, requestKey: string): Promise<SagaHandle> {
    const runner = input.mode === 'choreographed' ? this.#choreography : this.#engine;
    return runner.start(input, requestKey);
  }

  async signal(sagaId: string, signal: 'cancel' | 'return'): Promise<SignalAnswer> {
    const choreographed = await this.#choreography.get(sagaId);
    if (!choreographed) return this.#engine.signal(sagaId, signal);
    if (signal === 'return') {
      throw new ShopError(
        'not_returnable',
        `saga ${sagaId} is choreographed: nobody runs its return`,
        'Return orders of orchestrated sagas.',
      );
    }
    return (await this.#choreography.cancel(sagaId)) ?? this.#engine.signal(sagaId, signal);
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

  /** Nobody drives a choreographed saga, so none of its steps waits for a person here. */
  stuck(limit: number): Promise<StuckSaga[]> {
    return this.#engine.stuck(limit);
  }

  intervene(sagaId: string, intervention: Intervention): Promise<SagaStatus> {
    return this.#engine.intervene(sagaId, intervention);
  }

  async close(): Promise<void> {
    await Promise.all([this.#engine.close(), this.#choreography.close()]);
  }
}
