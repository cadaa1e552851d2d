import type { IncomingHttpHeaders } from 'node:http';
import { StormglassError } from '@stormglass/agents/contract';
import type { Env } from '../env.ts';
import { isLoopback } from '../env.ts';
import type { Time } from '../time.ts';
import { checkOrigin } from './origin.ts';
import { sameSecret } from './secret.ts';
import { cookieIsValid, issueCookie } from './session.ts';

/** Wrong tokens a minute, over all callers, before the login closes for the rest of that minute. */
const MAX_FAILURES = 20;

/** Who may talk to the server. Each edge (HTTP, /live, /agents) asks it before it does anything. */
export interface Gate {
  readonly loginNeeded: boolean;
  /** Host, Origin and login of a call; throws forbidden_origin or unauthorized. */
  admit(headers: IncomingHttpHeaders, method: string): void;
  checkOrigin(headers: IncomingHttpHeaders): void;
  isLoggedIn(headers: IncomingHttpHeaders): boolean;
  /** The Set-Cookie value for a right token; throws unauthorized or backpressure. */
  login(token: string, headers: IncomingHttpHeaders): string;
  agentKeyIsRight(key: string | undefined): boolean;
}

export function createGate(
  env: Pick<Env, 'HOST' | 'STORMGLASS_LOGIN_TOKEN' | 'STORMGLASS_AGENT_KEY' | 'STORMGLASS_ALLOWED_HOSTS'>,
  time: Pick<Time, 'now'>,
): Gate {
  const loopback = isLoopback(env.HOST);
  // A token given on loopback counts too: somebody wants it.
  const token = env.STORMGLASS_LOGIN_TOKEN;
  const policy = { loopback, allowedHosts: env.STORMGLASS_ALLOWED_HOSTS };
  const failures = { minute: 0, count: 0 };
  const bearer = (headers: IncomingHttpHeaders) => /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];

  function isLoggedIn(headers: IncomingHttpHeaders): boolean {
    if (token === undefined) return loopback;
    const given = bearer(headers);
    if (given !== undefined) return sameSecret(given, token);
    return cookieIsValid(headers.cookie, token, time.now());
  }

  function admit(headers: IncomingHttpHeaders, method: string): void {
    checkOrigin(headers, policy);
    if (!isLoggedIn(headers)) throw unauthorized('this dashboard wants a login');
    const byCookie = token !== undefined && bearer(headers) === undefined;
    const proven = headers.origin !== undefined || headers['sec-fetch-site'] === 'same-origin';
    // A cookie travels by itself; a change made with it must show that it comes from our own page.
    if (byCookie && method !== 'GET' && !proven)
      throw unauthorized('a change by cookie needs an Origin header');
  }

  function login(given: string, headers: IncomingHttpHeaders): string {
    const minute = Math.floor(time.now() / 60_000);
    if (failures.minute !== minute) Object.assign(failures, { minute, count: 0 });
    if (failures.count >= MAX_FAILURES) {
      throw new StormglassError('backpressure', 'too many wrong tokens', 'Wait a minute, then try again.');
    }
    if (token === undefined || !sameSecret(given, token)) {
      failures.count++;
      throw unauthorized('the token is not right');
    }
    return issueCookie(token, time.now(), headers['x-forwarded-proto'] === 'https');
  }

  return {
    loginNeeded: token !== undefined,
    admit,
    checkOrigin: (headers) => checkOrigin(headers, policy),
    isLoggedIn,
    login,
    agentKeyIsRight: (key) =>
      env.STORMGLASS_AGENT_KEY === undefined ||
      (key !== undefined && sameSecret(key, env.STORMGLASS_AGENT_KEY)),
  };
}

function unauthorized(message: string): StormglassError {
  return new StormglassError(
    'unauthorized',
    message,
    'Log in at /login, or send `Authorization: Bearer <STORMGLASS_LOGIN_TOKEN>`.',
  );
}
