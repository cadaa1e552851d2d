import type { AgentHello, Timeline } from '@stormglass/agents/contract';
import type { DashboardEvent, GameDay, Run, RunSummary } from '@stormglass/chaos/contract';
import { z } from 'zod';

/**
 * The browser's live channel: Socket.IO namespace `/live`. The server numbers every message of its life (`epoch` is
 * that life's id); a browser that reconnects sends its cursor and gets what it missed, or a fresh snapshot with
 * `reset: true` when the cursor is too old or of another life.
 *
 * browser -> hub   resume(LiveCursor | null)
 * hub -> browser   snapshot(LiveSnapshot) · frame(LiveFrame), at most one each 50 ms, only when something changed
 */
export const LIVE_NAMESPACE = '/live';

export const LiveCursor = z.object({ epoch: z.string(), seq: z.number().int().min(0) });
export type LiveCursor = z.infer<typeof LiveCursor>;

export type HaltState = {
  halted: boolean;
  at: number | null;
  by: string | null;
  reason: string | null;
  lastEffectGoneMs: number | null;
  /** Faults of this halt whose end is not read back as reverted, so far. */
  unconfirmed: number;
};

export interface AgentView extends AgentHello {
  connected: boolean;
  lastSeenAt: number;
}

/** Collector health as the hub sees it. */
export interface StoreState {
  reachable: boolean;
  spoolBytes: number | null;
  received: number | null;
  rejected: number | null;
}

/** Replaces what the browser had for each field that is present. */
export interface LiveState {
  agents: AgentView[];
  halt: HaltState;
  runs: RunSummary[];
  /** The runs in progress, whole. */
  activeRuns: Run[];
  /** The game day that is played; null when none is. */
  gameday: GameDay | null;
  /** The newest of the feed, newest first. */
  events: DashboardEvent[];
  store: StoreState;
}

export interface LiveSnapshot {
  cursor: LiveCursor;
  /** Server clock, epoch ms: the browser's clock is never trusted for ages. */
  now: number;
  reset: boolean;
  /** What `timeline` covers, epoch ms. */
  from: number;
  timeline: Timeline;
  state: LiveState;
}

/**
 * Increment. `timeline.traffic` adds to the cell of the same key; breakers, transitions, queues, sagas, receipts and
 * processes append; `faults` replace by faultId. `dataAt` is the newest telemetry instant the hub has seen.
 */
export interface LiveFrame {
  cursor: LiveCursor;
  now: number;
  dataAt: number;
  timeline: Partial<Timeline>;
  state: Partial<LiveState>;
}

export interface BrowserToHub {
  resume: (cursor: LiveCursor | null) => void;
}
export interface HubToBrowser {
  snapshot: (snapshot: LiveSnapshot) => void;
  frame: (frame: LiveFrame) => void;
}
