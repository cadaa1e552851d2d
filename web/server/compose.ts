import type { Server as HttpServer } from 'node:http';
import { emptyTimeline } from '@stormglass/agents/contract';
import type { Run } from '@stormglass/chaos/contract';
import type { LoadedFolder, RunExperiment } from '@stormglass/chaos/engine';
import type { LoadedGameDays } from '@stormglass/chaos/gameday';
import type { Server } from 'socket.io';
import type { StoreState } from '../live/protocol.ts';
import { createGate, type Gate } from './auth/gate.ts';
import type { Env } from './env.ts';
import { EventFeed } from './events/feed.ts';
import { watchLevels } from './events/levels.ts';
import { feedEvents } from './events/sources.ts';
import { Webhooks } from './events/webhooks.ts';
import { type FaultSystem, startFaults } from './faults/index.ts';
import { Scopes } from './faults/scopes.ts';
import { GameDays } from './gamedays/gamedays.ts';
import { observeHub } from './gauges.ts';
import { AgentHub } from './hub/agents.ts';
import { Controls } from './hub/controls.ts';
import { LiveHub } from './hub/live.ts';
import { openSockets } from './hub/sockets.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { Misdirected } from './misdirected.ts';
import type { Handlers } from './routes/handler.ts';
import { createHandlers } from './routes/index.ts';
import { runPorts } from './runs/ports.ts';
import { countReach } from './runs/reach.ts';
import { Repeats } from './runs/repeats.ts';
import { Runs } from './runs/runs.ts';
import { MaintenanceWindows } from './schedules/maintenance.ts';
import { Schedules } from './schedules/schedules.ts';
import { openState, type State } from './state/index.ts';
import { Sweeps } from './sweeps/sweeps.ts';
import type { Time } from './time.ts';
import { feedWindow } from './window/feed.ts';
import { History } from './window/history.ts';
import { UNREACHABLE } from './window/store-stats.ts';
import type { Telemetry } from './window/telemetry.ts';
import { TimelineWindow, WINDOW_MS } from './window/window.ts';

export interface Ingredients {
  env: Env;
  version: string;
  time: Time;
  log: Log;
  telemetry: Telemetry;
  runExperiment: RunExperiment;
  loadExperiments: () => Promise<LoadedFolder>;
  loadGameDays: () => Promise<LoadedGameDays>;
}

export interface Dashboard {
  gate: Gate;
  metrics: Metrics;
  handlers: Handlers;
  misdirected: Misdirected;
  /** The run of an id; throws `not_found`. */
  runOf: (id: string) => Run;
  /** Ends runs and faults, closes sockets, stream and state file, in this order. */
  close(): Promise<void>;
}

/** What stands before anything is wired: each part knows only those above it. */
interface Core extends Ingredients {
  metrics: Metrics;
  state: State;
  gate: Gate;
  io: Server;
  hub: AgentHub;
  controls: Controls;
  window: TimelineWindow;
  history: History;
  system: FaultSystem;
  runs: Runs;
  repeats: Repeats;
  schedules: Schedules;
  gamedays: GameDays;
  feed: EventFeed;
  webhooks: Webhooks;
  sweeps: Sweeps;
  live: LiveHub;
  store: { state: StoreState };
}

/** Puts the parts together on an HTTP server which does not listen yet. */
export function compose(http: HttpServer, made: Ingredients): Dashboard {
  const core = build(http, made);
  const {
    hub,
    gate,
    metrics,
    state,
    runs,
    repeats,
    sweeps,
    schedules,
    system,
    live,
    io,
    telemetry,
    time,
    store,
  } = core;
  const startedAt = time.now();
  const misdirected = new Misdirected(core.env.STORMGLASS_OTLP_HTTP);
  remember(core, startedAt);
  connect(core);
  observeHub(metrics, { ...core, board: system.board });
  feedEvents(core);
  const stopLevels = watchLevels(core.window, core.feed, time);
  const stopFeed = feed(core);
  return {
    gate,
    metrics,
    misdirected,
    handlers: createHandlers({
      ...core,
      hub,
      startedAt,
      faults: system.faults,
      halt: system.halt,
      scopes: new Scopes(state, time),
      maintenance: new MaintenanceWindows(state, time),
      store: () => store.state,
      misdirected,
    }),
    runOf: (id) => runs.get(id),
    close: async () => {
      schedules.close();
      core.gamedays.close();
      core.webhooks.close();
      stopLevels();
      repeats.close();
      sweeps.close();
      await runs.close();
      await system.close();
      stopFeed();
      live.close();
      await io.close();
      await telemetry.close();
      state.close();
    },
  };
}

function build(http: HttpServer, made: Ingredients): Core {
  const { env, time, log } = made;
  const metrics = createMetrics();
  const state = openState(env.STORMGLASS_DATA_DIR, () => time.now());
  const gate = createGate(env, time);
  const io = openSockets(http, gate);
  const hub = new AgentHub(io, gate, time, log);
  const controls = new Controls(hub, state);
  const window = new TimelineWindow(
    () => time.now(),
    (what, count) => metrics.dropped.inc({ what }, count),
  );
  const history = new History(window, made.telemetry, state, time);
  const system = startFaults({ hub, state, time, log, protectedServices: env.STORMGLASS_PROTECTED });
  const sweeps = new Sweeps({
    ...{ state, time, log, faults: system.faults, telemetry: made.telemetry },
    mayBegin: () => {
      system.halt.refuseWhenHalted();
      runs.refuseWhenRunning();
    },
  });
  const runs = new Runs({
    state,
    time,
    log,
    ports: runPorts(system.faults, window, controls),
    run: made.runExperiment,
    loadExperiments: made.loadExperiments,
    complete: countReach(made.telemetry),
    mayBegin: () => {
      system.halt.refuseWhenHalted();
      sweeps.refuseWhenRunning();
    },
    sweepsEnd: () => sweeps.idle(),
    faultEnds: (listener) => system.board.listen(listener),
  });
  const repeats = new Repeats({ state, time, log, runs });
  const gamedays = new GameDays({ state, time, log, runs, loadPlans: made.loadGameDays });
  const schedules = new Schedules({
    ...{ state, time, log, runs },
    busy: () => whatRuns(runs, repeats, gamedays, sweeps),
    refuseWhenHalted: () => system.halt.refuseWhenHalted(),
  });
  const events = new EventFeed(state, time);
  const webhooks = new Webhooks({ state, time, feed: events });
  const store = { state: UNREACHABLE };
  const live = new LiveHub(io, gate, {
    window,
    time,
    metrics,
    state: {
      agents: () => hub.list(),
      halt: () => system.halt.state,
      runs: () => runs.list(),
      activeRuns: () => runs.active(),
      store: () => store.state,
      events: () => events.recent,
      gameday: () => gamedays.played,
    },
  });
  const hubs = { hub, controls, live };
  return {
    ...{ ...made, ...hubs, metrics, state, gate, io, window, history, system, store },
    ...{ runs, repeats, sweeps, schedules, gamedays, feed: events, webhooks },
  };
}

/** What a start has to wait for, in words. */
function whatRuns(runs: Runs, repeats: Repeats, gamedays: GameDays, sweeps: Sweeps): string {
  if (sweeps.title !== null) return `${sweeps.title} is running`;
  if (gamedays.played !== null) return `the game day ${gamedays.played.plan.title} is being played`;
  if (repeats.title !== null) return `${repeats.title} is being repeated`;
  const running = runs.active()[0];
  return running === undefined ? '' : `${running.experiment.title} is running`;
}

/** The hub's own part of the last minutes: faults and processes of an earlier life. */
function remember({ window, history, state }: Core, now: number): void {
  window.mergeStored({ ...emptyTimeline(), ...history.own(now - WINDOW_MS, now) });
  state.processes.trim(now);
}

/** Who is told of what. */
function connect(core: Core): void {
  const { hub, window, state, system, runs, repeats, sweeps, schedules, gamedays, feed, live, time } = core;
  const { board, halt } = system;
  board.listen((interval) => window.setFault(interval));
  window.listen((added) => {
    for (const receipt of added.receipts ?? []) board.effect(receipt.faultId, receipt.at);
  });
  const { scopeKey } = state;
  hub.setTerms(() => ({ scopeKey, now: time.now(), halted: halt.state.halted }));
  hub.listen({
    hello: () => live.touch('agents'),
    gone: () => live.touch('agents'),
    held: () => live.touch('agents'),
    process: (event) => {
      state.processes.add(event);
      window.addProcess(event);
    },
  });
  const endAll = (reason: string) => {
    gamedays.halted(reason);
    runs.halted(reason);
    sweeps.halted(reason);
  };
  halt.listen((now) => {
    live.touch('halt');
    hub.tellTerms();
    if (now.halted && now.lastEffectGoneMs === null) endAll(now.reason ?? '');
  });
  runs.listen((run, listChanged) => {
    live.touch('activeRuns');
    if (listChanged) live.touch('runs');
    if (run.verdict !== null && listChanged) void schedules.freed();
  });
  feed.listen(() => live.touch('events'));
  gamedays.listen(() => live.touch('gameday'));
  repeats.onFree(() => void schedules.freed());
  gamedays.onFree(() => void schedules.freed());
  sweeps.onFree(() => void schedules.freed());
}

function feed(core: Core): () => void {
  const { env, live, store } = core;
  if (!env.CLICKHOUSE_URL) return () => undefined;
  return feedWindow({
    ...core,
    address: { url: env.CLICKHOUSE_URL, password: env.CLICKHOUSE_PASSWORD },
    onFilled: () => live.resetAll(),
    onStore: (next) => {
      const changed = JSON.stringify(next) !== JSON.stringify(store.state);
      store.state = next;
      if (changed) live.touch('store');
    },
  });
}
