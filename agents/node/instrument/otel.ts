import { createRequire, syncBuiltinESMExports } from 'node:module';
import fastifyOtel from '@fastify/otel';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import type { LoadWatch } from '../loads.ts';
import type { Peers } from '../peers.ts';
import type { PgPools } from './pg-pools.ts';
import type { PgStatements } from './pg-statements.ts';

/** Polled every second by supervisors and scrapers: their spans would bury the traffic. */
const PROBES = new Set(['/healthz', '/readyz', '/livez', '/health', '/metrics']);

/**
 * The official instrumentations, made effective without a loader hook: built-in modules are patched here and now,
 * libraries when they are loaded. `own` are the `host:port` the agent itself talks to; those calls stay untraced.
 */
export function instrumentWithOtel(
  loads: LoadWatch,
  peers: Peers,
  own: ReadonlySet<string>,
  pools: PgPools,
  statements: PgStatements,
): void {
  const named = (peer: string | undefined) => (peer === undefined ? {} : { 'peer.service': peer });
  new HttpInstrumentation({
    ignoreIncomingRequestHook: (request) => PROBES.has((request.url ?? '').split('?', 1)[0] ?? ''),
    ignoreOutgoingRequestHook: (to) => own.has(`${to.hostname ?? to.host}:${to.port ?? 80}`),
    startOutgoingSpanHook: (to) => named(peers.of(to.hostname ?? to.host, to.port)),
  });
  new UndiciInstrumentation({
    ignoreRequestHook: (request) => own.has(URL.parse(String(request.origin))?.host ?? ''),
    startSpanHook: (request) => named(peers.ofOrigin(request.origin)),
  });
  // Without a parent, the queue's polling would make a root span several times a second.
  new PgInstrumentation({
    requireParentSpan: true,
    ignoreConnectSpans: true,
    requestHook: (span) => statements.spanStarted(span),
  });
  new PinoInstrumentation({});
  new fastifyOtel.FastifyOtelInstrumentation({
    registerOnInitialization: true,
    // The route's name and thrown errors are wanted, not a span per hook.
    instrumentHooks: false,
    instrumentHandler: false,
  });
  const require = createRequire(import.meta.url);
  require('node:http');
  require('node:https');
  syncBuiltinESMExports();
  // The instrumentations patch what `require` gives back; LoadWatch puts that into the cache for `import` as well.
  loads.add('pg', 'lib/index.js', (exports) => {
    pools.attach(exports);
    statements.attach(exports);
    return exports;
  });
  loads.add('pino', 'pino.js', (exports) => exports);
}
