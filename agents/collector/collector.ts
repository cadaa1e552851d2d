import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { namesInUse } from './bounds/names.ts';
import type { CollectorConfig } from './config.ts';
import { LiveFeed } from './live/feed.ts';
import { ByteBudget } from './receive/budget.ts';
import { startGrpcReceiver } from './receive/grpc.ts';
import { createHttpReceiver } from './receive/http.ts';
import { Intake } from './receive/intake.ts';
import { createQueryServer } from './serve/server.ts';
import { CollectorStats } from './serve/stats.ts';
import { Spool } from './spool/spool.ts';
import { Loader } from './store/loader.ts';
import { openStore } from './store/open.ts';
import { ParentCheck } from './store/parents.ts';
import type { TelemetryStore } from './store/port.ts';
import { NoAnswerError } from './store/remote/http.ts';
import { followOwner } from './store/retention/follow.ts';
import { Housekeeping } from './store/retention/housekeeping.ts';
import { Retention } from './store/retention/retention.ts';

/** The user name of the query endpoint; its password is COLLECTOR_SECRET. */
export const QUERY_USER = 'stormglass';
const DRAIN_MS = 1500;
/** Requests under way at shutdown get so long for their answer. */
const GRACE_MS = 300;

export interface RunningCollector {
  ports: { http: number; grpc: number; query: number };
  /** Stops taking requests, loads what is spooled if time allows, closes the engine. */
  close(): Promise<void>;
}

/** Starts engine, spool, loader, receivers and query endpoint, in that order. */
export async function startCollector(config: CollectorConfig, log: Logger): Promise<RunningCollector> {
  const dir = config.COLLECTOR_DATA_DIR;
  await mkdir(dir, { recursive: true });
  const engine = await openStore(config, log);
  const spool = await Spool.open({
    dir: join(dir, 'spool'),
    maxBytes: config.COLLECTOR_MAX_SPOOL_BYTES,
    segmentBytes: config.segmentBytes,
    log,
  });
  const live = new LiveFeed(log);
  const intake = new Intake({
    ...{ spool, live, log },
    keepDays: config.COLLECTOR_KEEP_DAYS,
    liveOnly: config.COLLECTOR_LIVE_ONLY,
  });
  intake.learn(await namesInUse(engine).catch(noneWhileAway));
  const loader = new Loader(spool, engine, log, { rest: config.COLLECTOR_LOAD_REST });
  const budget = new ByteBudget(config.COLLECTOR_MAX_IN_FLIGHT_BYTES);
  const upkeep = keepHouse(config, { engine, intake, log });
  const stats = new CollectorStats({ intake, budget, spool, store: engine, loader, live, ...upkeep });
  const query = createQueryServer({
    ...{ engine, live, stats, log },
    user: QUERY_USER,
    secret: config.COLLECTOR_SECRET,
  });
  const receive = {
    intake,
    budget,
    maxRequestBytes: config.COLLECTOR_MAX_REQUEST_BYTES,
    key: config.COLLECTOR_OTLP_KEY,
  };
  const http = createHttpReceiver({ ...receive, corsOrigins: config.COLLECTOR_CORS_ORIGINS, log });
  const ports = {
    query: await listen(query, '127.0.0.1', config.COLLECTOR_QUERY_PORT),
    http: await listen(http, config.COLLECTOR_HOST, config.COLLECTOR_HTTP_PORT),
    grpc: 0,
  };
  const grpc = await startGrpcReceiver({
    ...receive,
    host: config.COLLECTOR_HOST,
    port: config.COLLECTOR_GRPC_PORT,
    log,
  });
  ports.grpc = grpc.port;
  return {
    ports,
    async close() {
      upkeep.housekeeping.stop();
      grpc.close();
      await closeServer(http, GRACE_MS);
      await spool.close();
      await loader.close(DRAIN_MS);
      live.close();
      await closeServer(query, 0);
      await engine.close();
    },
  };
}

function keepHouse(
  config: CollectorConfig,
  { engine, intake, log }: { engine: TelemetryStore; intake: Intake; log: Logger },
) {
  const everyMs = config.COLLECTOR_HOUSEKEEPING_SECONDS * 1000;
  const policy = {
    days: config.COLLECTOR_RETENTION_DAYS,
    keepDays: config.COLLECTOR_KEEP_DAYS,
    maxBytes: config.COLLECTOR_MAX_STORE_BYTES,
  };
  const retention = new Retention(engine, policy, log);
  const received = () => intake.stats.received.traces;
  const parents = new ParentCheck({ store: engine, windowMs: everyMs, received });
  const chores = [
    { name: 'retention', run: () => remove(engine, retention) },
    { name: 'parents', run: () => parents.run() },
  ];
  return { retention, parents, housekeeping: new Housekeeping(chores, everyMs, log) };
}

/** Rows of somebody else are not ours to remove, and whose they are is not known before the store was reached. */
async function remove(store: TelemetryStore, retention: Retention): Promise<void> {
  if (store.facts === null) return;
  await (store.facts.shared ? followOwner(store) : retention.run());
}

/** A server that cannot be reached is waited for; names are then learnt anew. */
function noneWhileAway(cause: unknown): [] {
  if (cause instanceof NoAnswerError) return [];
  throw cause;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
