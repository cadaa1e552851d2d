import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { trace } from '@opentelemetry/api';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { acceptCorrelation, CORRELATION_ATTR, CORRELATION_HEADER, withCorrelation } from '../correlation.ts';
import { ShopError } from '../errors.ts';
import type { Log } from '../log.ts';
import { addDocument } from './document.ts';
import { toShopError } from './failure.ts';
import type { App } from './route.ts';
import type { Tls } from './tls.ts';

/** Longer than callers keep an idle connection (10 s), so that the caller is the one who closes it. */
const KEEP_ALIVE_MS = 72_000;

/** The HTTP side of a service, with nothing but its document yet. */
export async function createApp(service: string, version: string, log: Log, tls: Tls | null): Promise<App> {
  const secure = tls?.server ?? null;
  const loggerInstance: FastifyBaseLogger = log;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // A request that comes in on an open connection while we drain is served, not refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    bodyLimit: 64 * 1024,
    exposeHeadRoutes: false,
    serverFactory: (handler) => {
      const server = secure === null ? createServer(handler) : createTlsServer(secure, handler);
      server.keepAliveTimeout = KEEP_ALIVE_MS;
      return server;
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller', null);
  app.addHook('onRequest', (request, reply, done) => {
    const id = acceptCorrelation(request.headers[CORRELATION_HEADER], randomUUID);
    reply.header(CORRELATION_HEADER, id);
    trace.getActiveSpan()?.setAttribute(CORRELATION_ATTR, id);
    withCorrelation(id, done);
  });
  app.setErrorHandler((error, _request, reply) => {
    const known = toShopError(error);
    if (known.status >= 500) log.error({ err: error }, known.message);
    return reply.status(known.status).send(known.toBody());
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new ShopError(
      'not_found',
      `there is no ${request.method} ${request.url}`,
      'Check the address.',
    );
    return reply.status(error.status).send(error.toBody());
  });
  await addDocument(app, service, version);
  return app;
}
