import type { Server as HttpServer } from 'node:http';
import type { LoadedFolder, RunExperiment } from '@stormglass/chaos/engine';
import type { StoreState } from '../live/protocol.ts';
import { createGate, type Gate } from './auth/gate.ts';
import type { Env } from './env.ts';
import { startFaults } from './faults/index.ts';
import { observeHub } from './http/gauges.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { AgentHub } from './hub/agents.ts';
import { Controls } from './hub/controls.ts';
import { LiveHub } from './hub/live.ts';
import { openSockets } from './hub/sockets.ts';
import type { Log } from './log.ts';
import type { Handlers } from './routes/handler.ts';
import { createHandlers } from './routes/index.ts';
import { runPorts } from './runs/ports.ts';
import { Runs, summarize } from './runs/runs.ts';
import { openState } from './state/index.ts';
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
}

export interface Dashboard {
  gate: Gate;
  metrics: Metrics;
  handlers: Handlers;
  /** Ends runs and faults, closes sockets, stream and state file, in this order. */
  close(): Promise<void>;
}

/** Puts the parts together on an HTTP server which does not listen yet. */
export function compose(http: HttpServer, made: Ingredients): Dashboard {
  const { env, time, log, telemetry } = made;
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
  const history = new History(window, telemetry, state, time);
  const system = startFaults({ hub, state, time, log, protectedServices: env.STORMGLASS_PROTECTED });
  const { board, faults, halt } = system;
  let store: StoreState = UNREACHABLE;
  const runs = new Runs({
    state,
    time,
    log,
    ports: runPorts(faults, window, controls),
    run: made.runExperiment,
    loadExperiments: made.loadExperiments,
    refuseWhenHalted: () => halt.refuseWhenHalted(),
    onChange: (run) => {
      live.touch('activeRuns');
      // The list changes when a run begins, enters a phase or ends, not with each event.
      const listed = JSON.stringify(summarize(run));
      if (listed !== lastListed) live.touch('runs');
      lastListed = listed;
    },
  });
  let lastListed = '';
  const live = new LiveHub(io, gate, {
    window,
    time,
    metrics,
    state: {
      agents: () => hub.list(),
      halt: () => halt.state,
      runs: () => runs.list(),
      activeRuns: () => runs.active(),
      store: () => store,
    },
  });

  const now = time.now();
  window.mergeStored({ ...EMPTY, ...history.own(now - WINDOW_MS, now) });
  state.processes.trim(now);
  board.listen((interval) => window.setFault(interval));
  halt.listen((halted) => {
    live.touch('halt');
    if (halted.halted && halted.lastEffectGoneMs === null) runs.halted(halted.reason ?? '');
  });
  hub.listen({
    hello: () => live.touch('agents'),
    gone: () => live.touch('agents'),
    process: (event) => {
      state.processes.add(event);
      window.addProcess(event);
    },
  });
  window.listen((added) => {
    for (const receipt of added.receipts ?? []) board.effect(receipt.faultId, receipt.at);
  });
  observeHub(metrics, { hub, live, board, window, time });
  const stopFeed = env.CLICKHOUSE_URL
    ? feedWindow({
        address: { url: env.CLICKHOUSE_URL, password: env.CLICKHOUSE_PASSWORD },
        window,
        history,
        metrics,
        time,
        log,
        onFilled: () => live.resetAll(),
        onStore: (next) => {
          const changed = JSON.stringify(next) !== JSON.stringify(store);
          store = next;
          if (changed) live.touch('store');
        },
      })
    : () => undefined;

  return {
    gate,
    metrics,
    handlers: createHandlers({
      env,
      version: made.version,
      startedAt: now,
      gate,
      state,
      hub,
      controls,
      faults,
      halt,
      window,
      history,
      telemetry,
      runs,
      time,
      store: () => store,
    }),
    close: async () => {
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

const EMPTY = {
  traffic: [],
  breakers: [],
  transitions: [],
  queues: [],
  sagas: [],
  faults: [],
  receipts: [],
  processes: [],
};
