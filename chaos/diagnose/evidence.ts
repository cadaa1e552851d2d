import type { Example, FaultInterval, Timeline } from '@stormglass/agents/contract';
import type { Suspicion } from '../contract/index.ts';

/** An agent of the service, connected or not. */
export interface KnownAgent {
  instance: string;
  connected: boolean;
  /** Epoch ms. */
  lastSeenAt: number;
}

/** A pool of connections as it last reported itself. */
export interface PoolGauge {
  instance: string;
  pool: string;
  used: number;
  max: number;
  /** Statements that wait for a connection. */
  pending: number;
}

/** All that a diagnosis is made from; instants are epoch ms. */
export interface Evidence {
  service: string;
  at: number;
  /** The last minutes, baseline included. */
  timeline: Timeline;
  agents: KnownAgent[];
  /** Faults that are on. */
  faults: FaultInterval[];
  /** Failing calls that the service served lately. */
  failing: Example[];
  pools: PoolGauge[];
}

/** Looks for one kind of cause. */
export interface Rule {
  name: string;
  /** What it looks at, for a person. */
  looksAt: string;
  find(evidence: Evidence): Omit<Suspicion, 'rule'>[];
}
