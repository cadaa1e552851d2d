import type { z } from 'zod';
import { ShopError } from '../errors.ts';
import type { PeerOutcome } from './outcome.ts';
import type { Peer } from './peer.ts';

/**
 * The body of a success; anything else becomes our own answer to our caller: a refusal passes through with its code,
 * an ambiguity stays ambiguous (5xx), a call that was not sent is `unavailable`.
 */
export function demandOk<T>(outcome: PeerOutcome<T>, peer: string): T {
  const next = 'Repeat it with the same key.';
  switch (outcome.kind) {
    case 'ok':
      return outcome.body;
    case 'rejected':
      throw new ShopError(
        outcome.code,
        outcome.message,
        'Change the request; repeating it gives the same answer.',
      );
    case 'ambiguous':
      throw new ShopError('peer_failed', `${peer}: ${outcome.message}`, next);
    case 'notSent':
      throw new ShopError('unavailable', `${peer}: ${outcome.message}`, next);
  }
}

interface Command<Answer extends z.ZodType> {
  path: string;
  payload: unknown;
  /** Under which the peer does it once, however often it is sent. */
  key: string;
  answer: Answer;
}

/**
 * Sends a command one time and demands its success: whoever asked us repeats with its own patience, and a second layer
 * would only multiply.
 */
export async function demandOnce<Answer extends z.ZodType>(
  peer: Peer,
  { path, payload, key, answer }: Command<Answer>,
): Promise<z.output<Answer>> {
  const outcome = await peer.post(path, payload, { answer, idempotencyKey: key, attempts: 1 });
  return demandOk(outcome, peer.name);
}
