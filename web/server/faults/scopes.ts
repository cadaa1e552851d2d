import { createHmac, randomUUID } from 'node:crypto';
import { formatScope, SCOPE_ENTRY, scopeText } from '@stormglass/agents/contract';
import type { Answer } from '../../live/answers.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';

interface Asked {
  id?: string | undefined;
  forMs: number;
  reason?: string | undefined;
}

/** Gives out scopes: signed baggage by which a person or a test hurts only the own requests. */
export class Scopes {
  readonly #state: State;
  readonly #time: Time;

  constructor(state: State, time: Time) {
    this.#state = state;
    this.#time = time;
  }

  issue({ id = randomUUID(), forMs, reason = '' }: Asked, who: string): Answer<'issueScope'> {
    const expiry = Math.ceil((this.#time.now() + forMs) / 1000);
    const key = Buffer.from(this.#state.scopeKey, 'base64');
    const mac = createHmac('sha256', key).update(scopeText(id, expiry)).digest('base64url');
    const expiresAt = expiry * 1000;
    this.#state.audit.add({
      who,
      what: 'scope.issue',
      subject: id,
      why: reason,
      outcome: `until ${new Date(expiresAt).toISOString()}`,
    });
    return { id, expiresAt, baggage: `${SCOPE_ENTRY}=${formatScope({ id, expiry, mac })}` };
  }
}
