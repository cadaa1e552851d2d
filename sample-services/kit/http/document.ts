import swagger from '@fastify/swagger';
import type { RouteOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type App, ErrorAnswer } from './route.ts';

const SECURITY = 'serviceToken';

/** Adds `GET /openapi.json`, made of the routes' own schemas. Routes declared before are not in it. */
export async function addDocument(app: App, service: string, version: string): Promise<void> {
  const routes: string[] = [];
  app.addHook('onRoute', (route) => {
    complete(route, service);
    routes.push(`${route.method} ${route.url}`);
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: service, version },
      components: {
        securitySchemes: { [SECURITY]: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  app.addHook('onReady', (done) => {
    app.log.debug({ routes }, 'routes');
    done();
  });
  app.get(
    '/openapi.json',
    {
      schema: {
        summary: 'This document',
        tags: ['process'],
        response: { 200: z.looseObject({ openapi: z.string() }) },
      },
      config: { permission: 'open' },
    },
    // The library's type of a document allows 2.0, too.
    async () => ({ openapi: '3.1.0', ...app.swagger() }),
  );
}

/** Demands that a route says what it is, and adds what all routes have in common. */
function complete(route: RouteOptions, service: string): void {
  const { schema, config } = route;
  const permission = config?.permission;
  const response = schema?.response;
  if (schema?.summary === undefined || !isRecord(response) || permission === undefined) {
    throw new Error(`${route.method} ${route.url} needs a summary, its answers and a permission`);
  }
  schema.tags ??= [service];
  if (permission !== 'open') schema.security = [{ [SECURITY]: [permission] }];
  schema.response = { '4xx': ErrorAnswer, '5xx': ErrorAnswer, ...response };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
