import { type ErrorCode, type FaultSpec, StormglassError } from '@stormglass/agents/contract';
import type { Refusal } from '@stormglass/chaos/sweep';

type Reason = Exclude<Refusal, 'unsupported' | null>['reason'];

const REASONS: Partial<Record<ErrorCode, Reason>> = {
  chaos_not_allowed: 'not_allowed',
  target_protected: 'protected',
  target_absent: 'no_agent',
};

/** Why the fault could not be armed now, as far as that is known without trying. What halts everything is thrown. */
export function refusalOf(spec: FaultSpec, resolve: (spec: FaultSpec) => unknown): Refusal {
  try {
    resolve(spec);
    return null;
  } catch (error) {
    if (!(error instanceof StormglassError)) throw error;
    // Its agent is there and cannot do it: the fault does not apply to this one.
    if (error.code === 'fault_unsupported' || error.code === 'invalid_request') return 'unsupported';
    const reason = REASONS[error.code];
    if (reason === undefined) throw error;
    return { reason, why: error.message };
  }
}
