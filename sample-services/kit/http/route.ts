import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SHOP_ERRORS } from '../errors.ts';
import type { Permission } from '../identity/permissions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do; `open`: anybody may call. Every route names it. */
    permission?: Permission | 'open';
  }
  interface FastifyRequest {
    /** The service which has proved to be the caller; null on open routes, and while nobody asks for tokens. */
    caller: string | null;
  }
}

/**
 * A service's HTTP side. Routes are declared with zod schemas, which check what comes in, type the handler, check and
 * shape what goes out, and are the service's OpenAPI document.
 */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What every answer of 4xx and 5xx looks like, unless a route says otherwise. */
export const ErrorAnswer = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(SHOP_ERRORS) as [keyof typeof SHOP_ERRORS]),
      message: z.string(),
      next: z.string().describe('the next move of the caller, in one sentence'),
    }),
  })
  .describe('A refusal or a failure');
z.globalRegistry.add(ErrorAnswer, { id: 'Error' });
