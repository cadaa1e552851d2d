import { flushCompileCache } from 'node:module';
import { flushTelemetry } from '@stormglass/agents/node';
import { offerClock } from './clock-control.ts';
import { armCrash, offerCrashPoints } from './crash.ts';
import { parseEnv, versionOf } from './env.ts';
import { createApp } from './http/app.ts';
import { addHealth } from './http/health.ts';
import { openTls } from './http/tls.ts';
import { createLog } from './log.ts';
import { type Kit, Parts } from './parts.ts';
import { declareProtections, PEER_PROTECTIONS, type Protection } from './protections.ts';
import { offerResilience } from './resilience.ts';

export type { Kit } from './parts.ts';

export interface ServiceDefinition {
  name: string;
  /** What of it can be taken away on purpose, besides what comes with each peer. */
  protections?: readonly Protection[];
  /** Adds routes and starts background work; runs before the port opens and must not wait for anybody. */
  routes(kit: Kit): Promise<void> | void;
}

/** A graceful stop that takes longer ends hard: the supervisor would kill us at 8 s anyway. */
const STOP_LIMIT_MS = 7_000;
/** By then all is loaded, the client of the broker too, which comes a moment after the port is open. */
const LOADED_MS = 2_000;

/** Runs one service of the shop until SIGTERM. The only boilerplate there is. */
export async function service(definition: ServiceDefinition): Promise<void> {
  const env = parseEnv(process.env);
  armCrash(env.SHOP_CRASH_AT);
  const log = createLog(definition.name, env);
  const tls = openTls(env, definition.name);
  const app = await createApp(definition.name, versionOf(env), log, tls);
  const parts = new Parts(definition.name, env, log, app, tls);
  addHealth(app, definition.name, parts);
  app.addHook('onSend', async (_request, reply) => {
    if (parts.draining) reply.header('connection', 'close');
  });
  await definition.routes(parts);
  declareProtections([
    ...(definition.protections ?? []),
    ...(parts.hasPeers ? PEER_PROTECTIONS : []),
    ...(parts.hasBulkhead ? (['bulkhead'] as const) : []),
    ...(parts.findsPeers ? (['last-known-good'] as const) : []),
  ]);
  parts.onStop(offerResilience(parts, log));
  if (env.STORMGLASS_CHAOS === 'on') {
    parts.onStop(offerCrashPoints());
    parts.onStop(offerClock());
  }
  await app.listen({ host: env.HOST, port: env.PORT });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : env.PORT;
  log.info({ port, instance: parts.instance }, 'listening');
  parts.announce(port);
  // Node keeps what it compiled at the end of a process; whoever is killed would leave nothing to the next start.
  setTimeout(flushCompileCache, LOADED_MS).unref();

  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
    const ended = parts.close().then(() => flushTelemetry(500));
    ended.then(
      () => process.exit(0),
      (err) => {
        log.error({ err }, 'stopped with a failure');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
