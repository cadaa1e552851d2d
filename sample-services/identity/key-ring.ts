import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { type Clock, systemClock } from '../kit/clock.ts';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { ALGORITHM, ISSUER } from '../kit/identity/claims.ts';
import { Jwks } from '../kit/identity/key-set.ts';
import type { Log } from '../kit/log.ts';
import type { Seal } from '../kit/sealed.ts';

/** Private keys are sealed at rest. A retired key stays public until every token it signed has expired. */
export const KEY_SCHEMA = `
  create table if not exists signing_key (
    kid text primary key,
    public_jwk jsonb not null,
    sealed_jwk text not null,
    created_at timestamptz not null default clock_timestamp(),
    retired_at timestamptz
  )`;

/** ASCII KEYS: whoever makes the active key holds this lock. */
const KEY_LOCK = 0x4b455953;

interface Signer {
  kid: string;
  key: CryptoKey;
}

export interface KeyRingOptions {
  db: Database;
  seal: Seal;
  log: Log;
  /** Seconds of the longest token: for so long a retired key stays in the public set. */
  longestTokenS: number;
  clock?: Clock;
}

/** The keys which tokens are signed with: one active, older ones fading out. */
export class KeyRing {
  readonly #options: KeyRingOptions;
  #signer: Signer | null = null;
  #jwks: Jwks = { keys: [] };

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /** Public keys. */
  jwks(): Jwks {
    this.#demandSigner();
    return this.#jwks;
  }

  async sign(claims: JWTPayload, subject: string, audience: string, lifeS: number): Promise<string> {
    const { key, kid } = this.#demandSigner();
    const { clock = systemClock } = this.#options;
    const now = Math.floor(clock.now() / 1_000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject(subject)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + lifeS)
      .sign(key);
  }

  /** Reads what another instance may have changed; makes the first key when there is none. */
  async refresh(): Promise<void> {
    const { db, longestTokenS, log, seal } = this.#options;
    const rows = await db.query<{ kid: string; public_jwk: JWK; sealed_jwk: string; active: boolean }>(
      `select kid, public_jwk, sealed_jwk, retired_at is null as active from signing_key
       where retired_at is null or retired_at > now() - make_interval(secs => $1) order by created_at desc`,
      [longestTokenS],
    );
    const active = rows.find((row) => row.active);
    const signer = active && (await unsealed(active.kid, active.sealed_jwk, seal));
    if (!signer) {
      if (active)
        log.warn({ kid: active.kid }, 'the signing key was sealed with another secret: a new one is made');
      await this.rotate(active?.kid ?? null);
      return;
    }
    this.#signer = signer;
    this.#jwks = Jwks.parse({ keys: rows.map((row) => row.public_jwk) });
  }

  /**
   * Signs with a new key from now on. With `instead` only if that one is still active. The old ones stay public until
   * their tokens have expired, unless they are withdrawn. Gives the active key's id.
   */
  async rotate(instead?: string | null, withdraw = false): Promise<string> {
    const { db, longestTokenS, seal } = this.#options;
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const kid = randomUUID();
    const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' };
    const sealed = seal.close(JSON.stringify(await exportJWK(privateKey)));
    await db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [KEY_LOCK]);
      const [active] = await tx.query<{ kid: string }>(
        'select kid from signing_key where retired_at is null',
      );
      if (instead !== undefined && (active?.kid ?? null) !== instead) return;
      await tx.query('update signing_key set retired_at = clock_timestamp() where retired_at is null');
      if (withdraw) await tx.query('delete from signing_key');
      await tx.query('insert into signing_key (kid, public_jwk, sealed_jwk) values ($1, $2, $3)', [
        kid,
        JSON.stringify(publicJwk),
        sealed,
      ]);
      await tx.query('delete from signing_key where retired_at < now() - make_interval(secs => $1) * 2', [
        longestTokenS,
      ]);
    });
    await this.refresh();
    return this.#demandSigner().kid;
  }

  #demandSigner(): Signer {
    if (this.#signer !== null) return this.#signer;
    throw new ShopError('unavailable', 'there is no signing key yet', 'Try again in a second.');
  }
}

async function unsealed(kid: string, sealed: string, seal: Seal): Promise<Signer | null> {
  let jwk: JWK;
  try {
    jwk = JSON.parse(seal.open(sealed)) as JWK;
  } catch {
    // Sealed with another secret, which no repetition can bring back.
    return null;
  }
  const key = await importJWK(jwk, ALGORITHM);
  return key instanceof Uint8Array ? null : { kid, key };
}
