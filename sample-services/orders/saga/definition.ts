import type { z } from 'zod';
import type { SagaMode } from '../../events/shop-event.ts';
import type { Tx } from '../../kit/database.ts';
import type { PeerOutcome } from '../../kit/peer/outcome.ts';
import type { Peer } from '../../kit/peer/peer.ts';
import type { GiveUpCause, SagaPlan, StepKind } from './decide.ts';
import type { SagaOutcome } from './port.ts';

/** One step of a saga that calls another service, as its definition says it. */
export interface StepDefinition<Input> {
  name: string;
  kind: StepKind;
  peer: Peer;
  action(input: Input, key: string): Promise<PeerOutcome<unknown>>;
  /** Undoes whatever the action with `actionKey` did, or refuses it for good if it never came. Not for retriable steps. */
  compensate?(input: Input, key: string, actionKey: string): Promise<PeerOutcome<unknown>>;
}

/** How a saga ended, for what its end commits. `cause` is null when it came through. */
export interface SagaEnding {
  sagaId: string;
  outcome: SagaOutcome;
  cause: GiveUpCause | null;
  /** In words; empty when it came through. */
  reason: string;
}

/** A saga that takes back what another one did. */
export interface Reversal {
  type: string;
  sagaId: string;
  input: unknown;
}

/** What every saga's input says. Amount in cents. */
export interface SagaSubject {
  orderId: string;
  mode: SagaMode;
  amount: number;
}

/** A saga of one type together with what it was started with. */
export interface BoundSaga {
  readonly subject: SagaSubject;
  step(name: string): BoundStep;
  /** Runs inside the transaction that ends the saga. */
  commitEnd(tx: Tx, ending: SagaEnding): Promise<void>;
  /** What takes it back once it has come through; null when nothing does. */
  reversal(sagaId: string): Reversal | null;
}

export interface BoundStep {
  readonly peer: Peer;
  action(key: string): Promise<PeerOutcome<unknown>>;
  compensate(key: string, actionKey: string): Promise<PeerOutcome<unknown>>;
}

export interface SagaDefinition {
  readonly type: string;
  readonly plan: SagaPlan;
  /** The outcome of one that came through. */
  readonly completes: SagaOutcome;
  /** Local steps that are one with the end of a saga that came through, with a word each for the journal. */
  readonly closing: readonly { step: string; detail: string }[];
  /** Parses what a saga was started with, as it lies in the database; throws for anything else. */
  bind(input: unknown): BoundSaga;
}

export interface SagaParts<Input extends SagaSubject>
  extends Pick<SagaDefinition, 'type' | 'completes' | 'closing'> {
  input: z.ZodType<Input>;
  steps: readonly StepDefinition<Input>[];
  commitEnd(tx: Tx, input: Input, ending: SagaEnding): Promise<void>;
  reversal?(input: Input, sagaId: string): Reversal;
}

/** A definition whose input only it knows, made from one whose input is typed. */
export function defineSaga<Input extends SagaSubject>(parts: SagaParts<Input>): SagaDefinition {
  const { type, completes, closing, steps } = parts;
  const byName = new Map(steps.map((step) => [step.name, step]));
  return {
    type,
    completes,
    closing,
    plan: { steps: steps.map(({ name, kind }) => ({ name, kind })) },
    bind: (raw) => {
      const input = parts.input.parse(raw);
      return {
        subject: input,
        step: (name) => bindStep(byName.get(name), name, input),
        commitEnd: (tx, ending) => parts.commitEnd(tx, input, ending),
        reversal: (sagaId) => parts.reversal?.(input, sagaId) ?? null,
      };
    },
  };
}

function bindStep<Input>(step: StepDefinition<Input> | undefined, name: string, input: Input): BoundStep {
  if (!step) throw new Error(`this saga has no step ${name}`);
  return {
    peer: step.peer,
    action: (key) => step.action(input, key),
    compensate: (key, actionKey) => {
      if (!step.compensate) throw new Error(`step ${name} cannot be undone`);
      return step.compensate(input, key, actionKey);
    },
  };
}

/** `<sagaId>:<step>:<action|compensate>`: the same over all attempts, so an attempt is never a second effect. */
export function stepKey(sagaId: string, step: string, kind: 'action' | 'compensate'): string {
  return `${sagaId}:${step}:${kind}`;
}

/** The journal repeats, so a call is sent once: each attempt has its own row. */
export function once<Body extends z.ZodType>(idempotencyKey: string, answer: Body) {
  return { idempotencyKey, answer, attempts: 1 };
}
