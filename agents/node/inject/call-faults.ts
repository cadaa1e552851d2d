import type { Span } from '@opentelemetry/api';
import {
  CALL_FAULTS,
  type CallAction,
  type FaultAction,
  type FaultPosition,
  StormglassError,
} from '../../contract/index.ts';
import type { Grip } from '../leases.ts';
import { ArmedFault, type Chosen, type Hit, type Surroundings } from './armed.ts';
import type { CallEffect } from './call/index.ts';
import type { SelectableCall } from './selects.ts';

type OnBody = Extract<CallEffect, { kind: 'flow' | 'rewrite' }>;
/** A chosen fault whose effect is on the body of the reply. */
export type BodyChosen = Chosen & { readonly effect: OnBody };
/** One being hurt in any other way. */
export type CallHit = Hit & { readonly effect: Exclude<CallEffect, OnBody> };

/** The call faults which are armed at one seam. An error in choosing lets the call through. */
export class CallFaults {
  readonly #around: Surroundings;
  #armed: readonly ArmedFault[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get none(): boolean {
    return this.#armed.length === 0;
  }

  /** `left` is told when it is off again. */
  arm(grip: Grip, left: () => void = () => undefined): ArmedFault {
    const { action } = grip.lease.spec;
    if (!isCallAction(action)) {
      throw new StormglassError(
        'fault_unsupported',
        `${action.type} does not apply to calls`,
        'Choose another.',
      );
    }
    const fault = new ArmedFault(grip, action, this.#around, () => {
      this.#armed = this.#armed.filter((other) => other !== fault);
      left();
    });
    this.#armed = [...this.#armed, fault];
    return fault;
  }

  /** Those which hurt this call at that position, of the faults that `meant` lets in. */
  choose(
    position: FaultPosition,
    call: SelectableCall,
    meant: (fault: ArmedFault) => boolean = () => true,
  ): Chosen[] {
    const chosen: Chosen[] = [];
    for (const fault of this.#armed) {
      if (fault.position !== position) continue;
      const one = failingOpen(() => (meant(fault) ? fault.choose(call) : null));
      if (one) chosen.push({ ...one, strike: (span) => failingOpen(() => one.strike(span)) });
    }
    return chosen;
  }
}

/** A bug of ours is not the service's: the call passes. */
function failingOpen<T>(work: () => T | null): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

function isCallAction(action: FaultAction): action is CallAction {
  return CALL_FAULTS.some((type) => type === action.type);
}

/** The faults on a reply's body, apart from those which hurt the call as a whole. */
export function onBody(chosen: readonly Chosen[]): BodyChosen[] {
  return chosen.filter(
    (one): one is BodyChosen => one.effect.kind === 'flow' || one.effect.kind === 'rewrite',
  );
}

/** The others, each struck as it is taken. */
export function* strikes(chosen: readonly Chosen[], span: Span | undefined): Generator<CallHit> {
  for (const one of chosen) {
    const { kind } = one.effect;
    if (kind === 'flow' || kind === 'rewrite') continue;
    const hit = one.strike(span);
    if (hit) yield hit as CallHit;
  }
}
