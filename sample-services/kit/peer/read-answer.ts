import type { z } from 'zod';
import { isFailedLogin, shopErrorOf } from '../errors.ts';
import type { PeerOutcome } from './outcome.ts';
import type { PeerAnswer } from './request.ts';

/** What an answer below 500 says to the caller; `shape` is that of a success. */
export function readAnswer<Body extends z.ZodType>(
  { status, body }: PeerAnswer,
  shape: Body,
): PeerOutcome<z.output<Body>> {
  if (status >= 400) return readRefusal(status, body);
  const parsed = shape.safeParse(body);
  if (parsed.success) return { kind: 'ok', status, body: parsed.data, stale: false };
  return {
    kind: 'ambiguous',
    reason: 'unreadable',
    message: `answer ${status} has another shape than agreed`,
  };
}

function readRefusal(status: number, body: unknown): PeerOutcome<never> {
  const error = shopErrorOf(body);
  const message = error?.message ?? `answered ${status}`;
  if (error?.code === 'idempotency_in_progress') return { kind: 'ambiguous', reason: 'in_progress', message };
  // Both are said before anything is done.
  if (status === 401 && !isFailedLogin(body)) return { kind: 'notSent', reason: 'unauthorized', message };
  if (status === 429) return { kind: 'notSent', reason: 'overloaded', message };
  return { kind: 'rejected', status, code: error?.code ?? 'unknown', message };
}
