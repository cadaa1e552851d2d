import { typedErrorOf } from '../errors.ts';
import type { Credentials } from './endpoints.ts';
import type { PeerAnswer, PeerRequest } from './request.ts';

/** No token was to be had, so nothing was sent. */
export class NoToken extends Error {
  constructor(audience: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`no token for ${audience}: ${why}`, { cause });
    this.name = 'NoToken';
  }
}

/** Adds a bearer token to requests; one that the peer refuses is replaced once. */
export class Authorization {
  readonly #audience: string;
  readonly #credentials: Credentials | undefined;

  constructor(audience: string, credentials: Credentials | undefined) {
    this.#audience = audience;
    this.#credentials = credentials;
  }

  async add(request: PeerRequest, call: (request: PeerRequest) => Promise<PeerAnswer>): Promise<PeerAnswer> {
    const credentials = this.#credentials;
    if (!credentials) return call(request);
    const token = await this.#token(credentials);
    const answer = await call(bearing(token, request));
    // Any other 401 says nothing about our token: a customer's wrong password, or a proxy's word.
    if (typedErrorOf(answer)?.code !== 'unauthenticated') return answer;
    credentials.refused(this.#audience, token);
    return call(bearing(await this.#token(credentials), request));
  }

  async #token(credentials: Credentials): Promise<string> {
    try {
      return await credentials.token(this.#audience);
    } catch (error) {
      throw new NoToken(this.#audience, error);
    }
  }
}

function bearing(token: string, request: PeerRequest): PeerRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
}
