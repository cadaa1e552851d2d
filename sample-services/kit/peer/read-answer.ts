import type { z } from 'zod';
import { typedErrorOf } from '../errors.ts';
import type { PeerOutcome } from './outcome.ts';
import type { PeerAnswer } from './request.ts';

/** What an answer below 500 says to the caller; `shape` is that of a success. */
export function readAnswer<Body extends z.ZodType>(
  answer: PeerAnswer,
  shape: Body,
): PeerOutcome<z.output<Body>> {
  const { status, body } = answer;
  if (status >= 400) return readRefusal(answer);
  const parsed = shape.safeParse(body);
  if (parsed.success) return { kind: 'ok', status, body: parsed.data, stale: false };
  return unreadable(`answer ${status} has another shape than agreed`);
}

function readRefusal(answer: PeerAnswer): PeerOutcome<never> {
  const { status } = answer;
  const error = typedErrorOf(answer);
  // Whoever said that need not be the peer: it may have done all of it before.
  if (error === null) return unreadable(`answered ${status} without saying why`);
  const { code, message } = error;
  switch (code) {
    case 'idempotency_in_progress':
      return { kind: 'ambiguous', reason: 'in_progress', message };
    // Both are said before anything is done.
    case 'unauthenticated':
      return { kind: 'notSent', reason: 'unauthorized', message };
    case 'rate_limited':
      return { kind: 'notSent', reason: 'overloaded', message };
    default:
      return { kind: 'rejected', status, code, message };
  }
}

function unreadable(message: string): PeerOutcome<never> {
  return { kind: 'ambiguous', reason: 'unreadable', message };
}
