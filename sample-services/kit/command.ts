import type { FastifyRequest, FastifySchema } from 'fastify';
import { z } from 'zod';
import type { Database } from './database.ts';
import type { App } from './http/route.ts';
import { idempotent, requireKey, scopeOf } from './idempotency.ts';
import type { Permission } from './identity/permissions.ts';

/** What a command's work is told besides its input. */
export interface CommandContext {
  /** The caller's Idempotency-Key. */
  key: string;
}

/** `POST path`, which does a thing once for each Idempotency-Key. */
export interface Command<Body extends z.ZodType, Answer extends z.ZodType> {
  path: string;
  summary: string;
  permission: Permission | 'open';
  body: Body;
  /** Of 201. */
  answer: Answer;
  work(input: z.output<Body>, context: CommandContext): Promise<z.output<Answer>>;
}

/** The header of every command. Loose: a request has other headers, too. */
export const IdempotencyHeaders = z.looseObject({ 'idempotency-key': z.string().min(1).max(255) });

/** Runs before the schema looks at the header: its absence has a code of its own. */
export async function demandKey({ headers }: Pick<FastifyRequest, 'headers'>): Promise<void> {
  requireKey(headers['idempotency-key']);
}

/** Adds `POST path`: body parsed, Idempotency-Key demanded, finished replies replayed to whom they were given. */
export function addCommand<Body extends z.ZodType, Answer extends z.ZodType>(
  app: App,
  db: Database,
  command: Command<Body, Answer>,
): void {
  const { path, summary, permission, body, answer, work } = command;
  // Without its types: the stored answer, which may also be a refusal, is checked by the schema only.
  const schema: FastifySchema = { summary, headers: IdempotencyHeaders, body, response: { 201: answer } };
  app.post(path, { schema, config: { permission }, preValidation: demandKey }, async (request, reply) => {
    const input = request.body as z.output<Body>;
    const key = requireKey(request.headers['idempotency-key']);
    const scope = scopeOf(request.caller, path);
    const stored = await idempotent(db, { scope, key, payload: input }, async () => ({
      status: 201,
      body: await work(input, { key }),
    }));
    return reply.status(stored.status).send(stored.body);
  });
}
