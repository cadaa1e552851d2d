import type { FaultSpec, LeaseEndReason, Timeline } from '@stormglass/agents/contract';
import type { ExperimentSpec, RunEvent } from '../contract/index.ts';

/** How a fault really ended. A `LeaseEnded` of the agent contract is one. */
export interface FaultEnd {
  reverted: boolean;
  /** How the end was verified, in words. */
  readBack: string;
  /** Epoch ms of the read-back; the moment the engine hears of it when absent. */
  endedAt?: number;
  reason?: LeaseEndReason;
}

/** Everything the engine can do to the world. Each rejection should be a StormglassError: its words reach the report. */
export interface RunPorts {
  /** Arms a lease which belongs to the run; resolves when the injector said yes, rejects when it cannot. */
  arm: (spec: FaultSpec, run: { runId: string; title: string }) => Promise<{ faultId: string }>;
  /** Ends a fault now; resolves with the read-back. A fault which has ended already answers how it did. */
  release: (faultId: string) => Promise<FaultEnd>;
  /** Resolves once, when the fault has ended for whatever reason (its time, a release, halt, a lost lease). */
  faultEnded: (faultId: string, signal: AbortSignal) => Promise<FaultEnd>;
  /** What was observed from `from` to `to` (epoch ms), from the hub's live window; synchronous, no copy needed. */
  timeline: (from: number, to: number) => Timeline;
  /** Calls back whenever new telemetry is in the window; the answer ends that. Guards live by it. */
  observed: (listener: () => void) => () => void;
  /** Invokes a control of a service (`load.set`, `saga.start`); rejects when it fails. */
  control: (service: string, name: string, input: unknown) => Promise<unknown>;
  /**
   * Takes a protection of every instance of a service away (it comes back by itself after ten minutes) or puts it back;
   * resolves with what was read back, in words.
   */
  protect: (service: string, name: string, on: boolean) => Promise<string>;
}

/** Injected time. `sleep` resolves after `ms`, or at once (without error) when the signal aborts. */
export interface RunClock {
  /** Epoch milliseconds. */
  now: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** One run of one experiment. */
export interface RunRequest {
  spec: ExperimentSpec;
  runId: string;
  /** Each fault of the run gets a seed made from this one and its position: same seed, same requests hit. */
  seed: number;
  /** Without the protections which the experiment names. */
  unprotected?: boolean;
  ports: RunPorts;
  clock: RunClock;
  /**
   * Ends the run as `aborted` (its reason's message goes into the report), with every fault reverted; when the reason
   * is a `RunInterruption` (the dashboard goes down) as `interrupted`.
   */
  signal: AbortSignal;
  settings?: Partial<RunSettings>;
}

/** Times of the engine in milliseconds; what the experiment format has no field for. */
export interface RunSettings {
  tickMs: number;
  /** `measured` is emitted about this often. */
  measureMs: number;
  /** The hypothesis must hold this long without a break, before and after. */
  steadyHoldMs: number;
  /** ... and has this long to begin to. */
  steadyLimitMs: number;
  /** How much before the run counts as baseline, at most: as far back as nothing was wrong. */
  baselineMs: number;
  recoverLimitMs: number;
  dwellMs: number;
  /** How late a fault may be with its automatic end, and an injector with its answer. */
  graceMs: number;
}

export const DEFAULT_SETTINGS: RunSettings = {
  tickMs: 500,
  measureMs: 1_000,
  steadyHoldMs: 3_000,
  steadyLimitMs: 20_000,
  baselineMs: 180_000,
  recoverLimitMs: 60_000,
  dwellMs: 3_000,
  graceMs: 10_000,
};

/** Abort reason which makes the verdict `interrupted` instead of `aborted`: nobody wanted the run to end. */
export class RunInterruption extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RunInterruption';
  }
}

/**
 * Runs an experiment: yields its events in order, the last one `ended`. Never throws for what happens in the run (that
 * is a verdict). `measured` events replace each other: keep the newest only. A consumer which stops early
 * (`break`) makes the engine release what is armed.
 */
export type RunExperiment = (request: RunRequest) => AsyncGenerator<RunEvent, void, undefined>;

/** An experiment file that parsed. `id` is the file's name without extension. */
export interface LoadedExperiment {
  id: string;
  path: string;
  spec: ExperimentSpec;
}
