import { z } from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import { ShopError } from '../errors.ts';
import type { Credentials } from '../peer/endpoints.ts';

/** A token as identity gives it out: good for `expiresIn` seconds from its arrival, so that clocks need not agree. */
export const IssuedToken = z.object({ token: z.string(), expiresIn: z.number().int() });
export type IssuedToken = z.output<typeof IssuedToken>;

/** A token is renewed behind the calls when this share of its life is over. */
const RENEW_AT = 0.5;
/** After a failure identity is left alone for so long, as long as there is a token to go on with. */
const PAUSE_MS = 1_000;
/** A token is not sent when it might expire on the way. */
const MARGIN_MS = 1_000;

interface Held {
  token: string | null;
  renewAt: number;
  expiresAt: number;
  running: Promise<void> | null;
}

/** This service's tokens, one for each audience. While identity is away the last one is used until it expires. */
export class TokenCache implements Credentials {
  readonly #issue: (audience: string) => Promise<IssuedToken>;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  /** `issue` throws when identity cannot be had, or refuses. */
  constructor(issue: (audience: string) => Promise<IssuedToken>, clock: Clock = systemClock) {
    this.#issue = issue;
    this.#clock = clock;
  }

  async token(audience: string): Promise<string> {
    const held = this.#of(audience);
    const now = this.#clock.now();
    if (held.token !== null && now < held.expiresAt) {
      // A failure of the renewal shows in the countdown; the calls go on with the token there is.
      if (now >= held.renewAt) this.#renew(audience, held).catch(() => undefined);
      return held.token;
    }
    await this.#renew(audience, held);
    if (held.token !== null) return held.token;
    throw new ShopError('unavailable', `identity gave no token for ${audience}`, 'Try again in a second.');
  }

  refused(audience: string, token: string): void {
    const held = this.#of(audience);
    if (held.token === token) held.token = null;
  }

  /** Seconds for which the token of each audience is still good; 0 without one. */
  remaining(): Record<string, number> {
    const now = this.#clock.now();
    const left = ({ token, expiresAt }: Held) =>
      token === null ? 0 : Math.max(0, Math.floor((expiresAt - now) / 1_000));
    return Object.fromEntries([...this.#held].map(([audience, held]) => [audience, left(held)]));
  }

  #of(audience: string): Held {
    const known = this.#held.get(audience);
    if (known) return known;
    const held: Held = { token: null, renewAt: 0, expiresAt: 0, running: null };
    this.#held.set(audience, held);
    return held;
  }

  /** One request in flight for each audience, whoever waits for it. */
  #renew(audience: string, held: Held): Promise<void> {
    held.running ??= this.#issue(audience)
      .then(
        ({ token, expiresIn }) => {
          const now = this.#clock.now();
          held.token = token;
          held.renewAt = now + expiresIn * 1_000 * RENEW_AT;
          held.expiresAt = now + expiresIn * 1_000 - MARGIN_MS;
        },
        (error: unknown) => {
          held.renewAt = this.#clock.now() + PAUSE_MS;
          throw error;
        },
      )
      .finally(() => {
        held.running = null;
      });
    return held.running;
  }
}
