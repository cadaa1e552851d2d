import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { Answer } from '../../live/answers.ts';
import type { API, ApiName } from '../../live/api.ts';
import type { StoreState } from '../../live/protocol.ts';
import type { Gate } from '../auth/gate.ts';
import type { Env } from '../env.ts';
import type { EventFeed } from '../events/feed.ts';
import type { Webhooks } from '../events/webhooks.ts';
import type { Faults } from '../faults/faults.ts';
import type { Halt } from '../faults/halt.ts';
import type { Scopes } from '../faults/scopes.ts';
import type { GameDays } from '../gamedays/gamedays.ts';
import type { AgentHub } from '../hub/agents.ts';
import type { Controls } from '../hub/controls.ts';
import type { Misdirected } from '../misdirected.ts';
import type { Repeats } from '../runs/repeats.ts';
import type { Runs } from '../runs/runs.ts';
import type { MaintenanceWindows } from '../schedules/maintenance.ts';
import type { Schedules } from '../schedules/schedules.ts';
import type { State } from '../state/index.ts';
import type { Sweeps } from '../sweeps/sweeps.ts';
import type { Time } from '../time.ts';
import type { History } from '../window/history.ts';
import type { Telemetry } from '../window/telemetry.ts';
import type { TimelineWindow } from '../window/window.ts';

/** Everything a handler may use. */
export interface Parts {
  env: Env;
  version: string;
  startedAt: number;
  gate: Gate;
  state: State;
  hub: AgentHub;
  controls: Controls;
  faults: Faults;
  halt: Halt;
  scopes: Scopes;
  window: TimelineWindow;
  history: History;
  telemetry: Telemetry;
  runs: Runs;
  repeats: Repeats;
  schedules: Schedules;
  gamedays: GameDays;
  feed: EventFeed;
  webhooks: Webhooks;
  maintenance: MaintenanceWindows;
  sweeps: Sweeps;
  time: Time;
  store: () => StoreState;
  misdirected: Misdirected;
}

export interface Call<N extends ApiName> {
  input: z.output<(typeof API)[N]['input']>;
  /** The `:name` parts of the path, decoded. */
  params: Record<string, string>;
  /** Who asks, for the audit log: `person`, or the name a program gives itself in `x-stormglass-by`. */
  who: string;
  headers: IncomingHttpHeaders;
  /** Aborts when the client has gone before it had its answer. */
  signal: AbortSignal;
  setHeader(name: string, value: string): void;
}

/** Rows with `lines` answer one line after another. */
type Given<N extends ApiName> = (typeof API)[N] extends { lines: true }
  ? AsyncIterable<Answer<N>>
  : Answer<N>;
export type Handler<N extends ApiName> = (call: Call<N>) => Given<N> | Promise<Given<N>>;
export type Handlers = { [N in ApiName]: Handler<N> };

/** A path parameter; the table guarantees that it is there. */
export function param(call: { params: Record<string, string> }, name: string): string {
  return call.params[name] ?? '';
}
