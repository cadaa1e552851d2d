import { setTimeout as sleep } from 'node:timers/promises';
import { StormglassError } from '../../../contract/errors.ts';
import type { Signal } from '../../wire/signals.ts';

export interface Receiver {
  /** Base URL of OTLP/HTTP. */
  url: string;
  key: string | undefined;
  headers?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 30_000;
/** A receiver that is away or full for longer than this many tries has a problem that waiting does not solve. */
const MAX_TRIES = 12;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;
const MAX_RETRY_AFTER_MS = 60_000;
/** What OTLP says can be sent again. */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** What of a request was not taken, and why as the receiver says it. */
export interface Taken {
  rejected: number;
  message: string;
}

/** Sends one request until it is acknowledged. */
export async function sendRequest(
  to: Receiver,
  signal: Signal,
  body: string,
  stop: AbortSignal,
): Promise<Taken> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await post(to, signal, body, stop);
    if ('rejected' in outcome) return outcome;
    if (outcome.final || attempt >= MAX_TRIES) throw outcome.error;
    const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
    await sleep(outcome.retryAfterMs ?? pause, undefined, { signal: stop });
  }
}

type Outcome = Taken | { error: StormglassError; final: boolean; retryAfterMs: number | undefined };

async function post(to: Receiver, signal: Signal, body: string, stop: AbortSignal): Promise<Outcome> {
  const url = `${to.url.replace(/\/+$/, '')}/v1/${signal}`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        ...(to.key === undefined ? {} : { authorization: `Bearer ${to.key}` }),
        ...to.headers,
      },
      signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]),
    });
    const answer = await response.text();
    if (response.ok) return takenOf(answer);
    return {
      error: refusal(url, response.status, answer),
      final: !RETRYABLE.has(response.status),
      retryAfterMs: retryAfter(response.headers.get('retry-after')),
    };
  } catch (cause) {
    if (stop.aborted) throw cause;
    const message = `Nothing answers at ${url}.`;
    const next = 'Is a collector running there? Name another one with --to.';
    const error = new StormglassError('target_absent', message, next, { cause });
    return { error, final: false, retryAfterMs: undefined };
  }
}

function refusal(url: string, status: number, answer: string): StormglassError {
  const said = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(answer)?.[1];
  const message = `${url} answered ${status}${said === undefined ? '' : `: ${JSON.parse(said)}`}`;
  if (status === 401) return new StormglassError('unauthorized', message, 'Give its key with --key.');
  if (RETRYABLE.has(status))
    return new StormglassError('backpressure', message, 'Import again when it has room.');
  return new StormglassError('invalid_request', message, 'Correct what it names and import again.');
}

/** Seconds, or a date; undefined without one that can be read. */
function retryAfter(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms));
}

/** `partialSuccess` of the answer; an answer that is no JSON (a proxy's) rejects nothing. */
function takenOf(answer: string): Taken {
  const count = /"rejected(?:Spans|LogRecords|DataPoints)"\s*:\s*"?(\d+)/.exec(answer)?.[1];
  const said = /"errorMessage"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(answer)?.[1];
  return { rejected: Number(count ?? 0), message: said === undefined ? '' : String(JSON.parse(said)) };
}
