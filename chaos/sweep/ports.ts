import type { FaultSpec, InvariantReport, Journey, SagaSummary } from '@stormglass/agents/contract';
import type { RunClock } from '../engine/index.ts';

/** Epoch milliseconds. */
interface Range {
  from: number;
  to: number;
}

export interface FaultOutcome {
  reverted: boolean;
  readBack: string;
  injections: number;
}

/** Everything a sweep can do to the world. Rejections reach the results in their own words. */
export interface SweepPorts {
  arm: (spec: FaultSpec) => Promise<{ faultId: string }>;
  /** Ends a fault; one that has ended already says how it did. */
  release: (faultId: string) => Promise<FaultOutcome>;
  /** Journeys that began in the range and have come in. */
  journeys: (range: Range, signal: AbortSignal) => Promise<Journey[]>;
  sagas: (range: Range, signal: AbortSignal) => Promise<SagaSummary[]>;
  invariants: (range: Range, signal: AbortSignal) => Promise<InvariantReport>;
  /** A trace which the fault touched; null when none came in. */
  touched: (faultId: string, range: Range, signal: AbortSignal) => Promise<string | null>;
  clock: RunClock;
}
