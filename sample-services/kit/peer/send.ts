import type { Dispatcher } from 'undici';
import { CORRELATION_HEADER, correlationId } from '../correlation.ts';
import { shopErrorOf } from '../errors.ts';
import type { Endpoint } from './endpoints.ts';
import { ServerFailure } from './outcome.ts';
import type { PeerAnswer, PeerRequest } from './request.ts';

/**
 * One request to one instance. `limitMs` ends it, its socket included; each has its own signal, because opossum's own
 * controller is shared by all calls of a breaker. Throws on 5xx and on everything that is no answer.
 */
export async function send(
  dispatcher: Dispatcher,
  to: Endpoint,
  request: PeerRequest,
  limitMs: number,
): Promise<PeerAnswer> {
  const correlation = correlationId();
  const { headers } = request;
  const response = await dispatcher.request({
    origin: to.url,
    path: request.path,
    method: request.method,
    headers: correlation === undefined ? headers : { ...headers, [CORRELATION_HEADER]: correlation },
    body: request.body,
    signal: AbortSignal.timeout(limitMs),
  });
  const text = await response.body.text();
  const body = parseJson(text);
  if (response.statusCode < 500) return { status: response.statusCode, body };
  throw new ServerFailure(to.id, response.statusCode, shopErrorOf(body)?.message ?? text.slice(0, 200));
}

function parseJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: whoever reads the answer judges it as a body of an unknown shape.
    return text;
  }
}
