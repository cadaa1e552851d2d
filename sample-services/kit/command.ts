import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { Database } from './database.ts';
import { idempotent, type Reply, requireKey } from './idempotency.ts';

/** What a command's work is told besides its input. */
export interface CommandContext {
  /** The caller's Idempotency-Key. */
  key: string;
}

/** Adds `POST path`: body parsed, Idempotency-Key demanded, finished replies replayed. */
export function addCommand<Body extends z.ZodType>(
  app: FastifyInstance,
  db: Database,
  path: string,
  body: Body,
  work: (input: z.output<Body>, context: CommandContext) => Promise<Reply>,
): void {
  app.post(path, async (request, reply) => {
    const input = body.parse(request.body);
    const key = requireKey(request.headers['idempotency-key']);
    const answer = await idempotent(db, { scope: path, key, payload: input }, () => work(input, { key }));
    return reply.status(answer.status).send(answer.body);
  });
}
