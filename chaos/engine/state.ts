import type { Timeline } from '@stormglass/agents/contract';
import type { ExperimentSpec, Recovery, RunEvent, Verdict } from '../contract/index.ts';
import type { FaultEnd, RunSettings } from './ports.ts';

/** What does not change in a run. */
export interface RunFacts {
  spec: ExperimentSpec;
  runId: string;
  seed: number;
  /** Actions in front of the experiment's own method: they do not count when seeds are made. */
  lead: number;
  settings: RunSettings;
}

/** A fault the run has armed. */
export interface RunFault {
  faultId: string;
  title: string;
  armedAt: number;
  /** When it should have ended by itself. */
  dueAt: number;
  /** Index of its activity in the method. */
  activity: number;
  releasing: boolean;
  /** Null while it is on. */
  end: (FaultEnd & { endedAt: number }) | null;
}

/** A protection the run has taken away. */
export interface RemovedProtection {
  service: string;
  name: string;
  /** Null while it is away; then whether it is back, and what was read. */
  end: { back: boolean; readBack: string } | null;
}

/** Why the run cannot become `passed` any more; the strongest of them becomes the verdict. */
export interface Finding {
  verdict: Exclude<Verdict, 'passed' | 'degraded-recovered' | 'invalid'>;
  why: string;
}

/** What a run has gathered, in every phase. */
export interface Ledger {
  startedAt: number;
  /** When the method began; null before. Probes and recovery look at what happened since. */
  methodAt: number | null;
  /** Where the baseline begins; 0 before the method. */
  calmSince: number;
  /** Armings which the injector has not answered, by activity. */
  arming: { activity: number; askedAt: number }[];
  faults: RunFault[];
  removed: RemovedProtection[];
  findings: Finding[];
  recovery: Recovery | null;
  measuredAt: number;
  /** Last emitted value of each guard, by name. */
  guards: Record<string, number | null>;
}

/** Where the current activity of the method stands. */
export type Step =
  | { at: 'pause-before'; since: number }
  | { at: 'acting'; since: number }
  | { at: 'probing'; since: number }
  | { at: 'pause-after'; since: number };

/** One run. Each phase holds only what it needs. */
export type RunState =
  | { phase: 'idle' }
  | { phase: 'steady-before'; since: number; holdsSince: number | null; ledger: Ledger }
  | { phase: 'method'; index: number; step: Step; ledger: Ledger }
  | { phase: 'recovering'; since: number; ledger: Ledger }
  | { phase: 'steady-after'; since: number; holdsSince: number | null; ledger: Ledger }
  | { phase: 'reverting'; since: number; ledger: Ledger }
  | { phase: 'ended'; verdict: Verdict; why: string; ledger: Ledger };

export type ActiveState = Exclude<RunState, { phase: 'idle' } | { phase: 'ended' }>;

/** What can happen to a run. `at` is epoch ms of the run's clock. */
export type RunInput =
  | { type: 'start'; at: number }
  /** Time passed; `timeline` covers the baseline to now, `baselineFrom` is where undisturbed time begins. */
  | { type: 'tick'; at: number; timeline: Timeline; baselineFrom: number }
  /** Telemetry arrived; `timeline` covers what the guards need. */
  | { type: 'telemetry'; at: number; timeline: Timeline; baselineFrom: number }
  | { type: 'armed'; at: number; activity: number; faultId: string }
  | { type: 'arm-failed'; at: number; activity: number; message: string }
  | { type: 'fault-ended'; at: number; faultId: string; end: FaultEnd }
  | { type: 'release-failed'; at: number; faultId: string; message: string }
  | { type: 'controlled'; at: number; activity: number; ok: boolean; output: string }
  | { type: 'restored'; at: number; removed: number; back: boolean; readBack: string }
  | { type: 'abort'; at: number; reason: string; interrupted: boolean };

/** What the driver does for the machine; every answer comes back as an input. */
export type RunEffect =
  | { type: 'emit'; event: RunEvent }
  | { type: 'arm'; activity: number }
  | { type: 'release'; faultId: string }
  | { type: 'control'; activity: number }
  | { type: 'restore'; removed: number; service: string; name: string };

/** A state and what to do on the way there. */
export interface Transition {
  state: RunState;
  effects: RunEffect[];
}

export function newLedger(at: number): Ledger {
  return {
    startedAt: at,
    methodAt: null,
    calmSince: 0,
    arming: [],
    faults: [],
    removed: [],
    findings: [],
    recovery: null,
    measuredAt: 0,
    guards: {},
  };
}

export function emit(event: RunEvent): RunEffect {
  return { type: 'emit', event };
}

export function withFinding(ledger: Ledger, verdict: Finding['verdict'], why: string): Ledger {
  return { ...ledger, findings: [...ledger.findings, { verdict, why }] };
}
