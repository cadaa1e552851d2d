import { createLocalJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import { ShopError } from '../errors.ts';
import { ALGORITHM, ISSUER } from './claims.ts';

/**
 * An unknown key id asks identity again, but not more often than this: anybody can invent key ids. Its request waits
 * for that, since the key may be a new one.
 */
const REFETCH_MS = 1_000;
/** Keys are renewed behind the calls, so that a key which was withdrawn does not live here for ever. */
const MAX_AGE_MS = 60_000;
const CLOCK_TOLERANCE_S = 5;

export const Jwks = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) });
export type Jwks = z.output<typeof Jwks>;

interface Known {
  resolve: JWTVerifyGetKey;
  at: number;
}

/** The public keys of identity: the last known ones stay good while identity is away. */
export class KeySet {
  readonly #fetch: () => Promise<Jwks>;
  readonly #clock: Clock;
  #known: Known | null = null;
  #triedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | null = null;

  /** `fetch` throws when identity cannot be had. */
  constructor(fetch: () => Promise<Jwks>, clock: Clock = systemClock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** Milliseconds since the keys came from identity; null while none are known. */
  get ageMs(): number | null {
    return this.#known === null ? null : this.#clock.now() - this.#known.at;
  }

  /**
   * Verified claims of a token for that audience. Throws `unauthenticated` for any other token, and `unavailable` while
   * no keys are known.
   */
  async verify(token: string, audience: string): Promise<JWTPayload> {
    const known = await this.#keys();
    try {
      return await check(token, audience, known, this.#now());
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw unauthenticated(error);
    }
    const renewed = await this.#keys(true);
    try {
      return await check(token, audience, renewed, this.#now());
    } catch (error) {
      throw unauthenticated(error);
    }
  }

  /** Known keys; with `unknownKey` the newest which may be asked for. */
  async #keys(unknownKey = false): Promise<Known> {
    const known = this.#known;
    if (known === null || unknownKey) await this.#refresh().catch(() => undefined);
    else if (this.#clock.now() - known.at > MAX_AGE_MS) this.#refresh().catch(() => undefined);
    if (this.#known !== null) return this.#known;
    throw new ShopError(
      'unavailable',
      'tokens cannot be checked: identity has not been reached yet',
      'Try again in a second.',
    );
  }

  #now(): Date {
    return new Date(this.#clock.now());
  }

  /** One request at a time for all who wait. One which comes too early waits for its turn, not for ever. */
  #refresh(): Promise<void> {
    this.#running ??= this.#fetchInTurn().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #fetchInTurn(): Promise<void> {
    const wait = this.#triedAt + REFETCH_MS - this.#clock.now();
    if (wait > 0) await this.#clock.sleep(wait);
    this.#triedAt = this.#clock.now();
    const jwks = await this.#fetch();
    this.#known = { resolve: createLocalJWKSet(jwks), at: this.#clock.now() };
  }
}

async function check(token: string, audience: string, { resolve }: Known, now: Date): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, resolve, {
    issuer: ISSUER,
    audience,
    algorithms: [ALGORITHM],
    clockTolerance: CLOCK_TOLERANCE_S,
    currentDate: now,
    requiredClaims: ['exp', 'sub'],
  });
  return payload;
}

/** Says what is wrong with a token, without the token. */
function unauthenticated(error: unknown): ShopError {
  const why = error instanceof errors.JOSEError ? error.message : 'it cannot be read';
  return new ShopError('unauthenticated', `the token is refused: ${why}`, 'Get a new token from identity.');
}
