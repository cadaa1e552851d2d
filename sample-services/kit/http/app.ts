import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { acceptCorrelation, CORRELATION_ATTR, CORRELATION_HEADER, withCorrelation } from '../correlation.ts';
import { ShopError } from '../errors.ts';
import type { Log } from '../log.ts';
import { addDocument } from './document.ts';
import { toShopError } from './failure.ts';
import type { App } from './route.ts';

/** The HTTP side of a service, with nothing but its document yet. */
export async function createApp(service: string, version: string, log: Log): Promise<App> {
  const loggerInstance: FastifyBaseLogger = log;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // A request that comes in on an open connection while we drain is served, not refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    bodyLimit: 64 * 1024,
    exposeHeadRoutes: false,
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
