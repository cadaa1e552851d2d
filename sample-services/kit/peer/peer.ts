import CircuitBreaker from 'opossum';
import { Agent } from 'undici';
import type { z } from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import { CORRELATION_HEADER, correlationId } from '../correlation.ts';
import { shopErrorOf } from '../errors.ts';
import { fullJitter, type Random } from '../random.ts';
import { Bulkhead, BulkheadFull } from './bulkhead.ts';
import type { Credentials, Endpoints } from './endpoints.ts';
import { failureOutcome, NoInstance, type PeerOutcome, ServerFailure } from './outcome.ts';

export interface PeerOptions {
  /** Service name of the callee; also the breaker's name and group. */
  name: string;
  endpoints: Endpoints;
  /** Absent: calls carry no token. */
  credentials?: Credentials;
  random: Random;
  /** Milliseconds for one attempt, answer included. */
  timeoutMs?: number;
  /** Milliseconds an open breaker waits before it probes. */
  resetMs?: number;
  /** Concurrent calls; absent is unlimited. */
  bulkhead?: { slots: number; line: number };
  clock?: Clock;
}

export interface Call<Body extends z.ZodType> {
  /** Shape of a success; another shape is `ambiguous: unreadable`. */
  answer: Body;
  headers?: Record<string, string>;
  /** Most attempts. Without an idempotency key a POST is sent once, whatever stands here. Default 3. */
  attempts?: number;
}

interface Sent {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

interface Answer {
  status: number;
  body: unknown;
}

/** The breaker's window decides on at least this many calls; a busy breaker needs no more, a quiet one no fewer. */
const VOLUME = 10;
const ERROR_PERCENT = 50;
const RETRY_BASE_MS = 50;
const RETRY_CAP_MS = 1_000;

/** Another service, called through one breaker, with a time limit and an outcome that says what is known. */
export class Peer {
  readonly name: string;
  readonly #endpoints: Endpoints;
  readonly #credentials: Credentials | undefined;
  readonly #timeoutMs: number;
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #dispatcher = new Agent({ connections: 64, pipelining: 1, keepAliveTimeout: 10_000 });
  readonly #breaker: CircuitBreaker<[Sent], Answer>;
  readonly #bulkhead: Bulkhead | null;
  #probeAt = 0;

  constructor(options: PeerOptions) {
    this.name = options.name;
    this.#endpoints = options.endpoints;
    this.#credentials = options.credentials;
    this.#timeoutMs = options.timeoutMs ?? 3_000;
    this.#random = options.random;
    this.#clock = options.clock ?? systemClock;
    this.#bulkhead = options.bulkhead ? new Bulkhead(options.bulkhead.slots, options.bulkhead.line) : null;
    const resetMs = options.resetMs ?? 30_000;
    this.#breaker = new CircuitBreaker((sent: Sent) => this.#send(sent), {
      name: options.name,
      group: options.name,
      timeout: this.#timeoutMs,
      errorThresholdPercentage: ERROR_PERCENT,
      volumeThreshold: VOLUME,
      resetTimeout: resetMs,
    });
    // opossum keeps no usable time of its own opening.
    this.#breaker.on('open', () => {
      this.#probeAt = this.#clock.now() + resetMs;
    });
  }

  /** Milliseconds until an open breaker probes again; 0 when it is not open. */
  get probesInMs(): number {
    return this.refusing ? Math.max(0, this.#probeAt - this.#clock.now()) : 0;
  }

  /** True while calls are refused without being sent. */
  get refusing(): boolean {
    return this.#breaker.opened;
  }

  /** A command. With `idempotencyKey` it may be sent again after an ambiguous answer. */
  post<Body extends z.ZodType>(
    path: string,
    payload: unknown,
    call: Call<Body> & { idempotencyKey?: string },
  ): Promise<PeerOutcome<z.output<Body>>> {
    const key = call.idempotencyKey;
    const headers = {
      ...call.headers,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    const attempts = key === undefined ? 1 : (call.attempts ?? 3);
    return this.#repeat(
      { method: 'POST', path, headers, body: JSON.stringify(payload) },
      call.answer,
      attempts,
    );
  }

  get<Body extends z.ZodType>(path: string, call: Call<Body>): Promise<PeerOutcome<z.output<Body>>> {
    const sent: Sent = { method: 'GET', path, headers: { ...call.headers }, body: null };
    return this.#repeat(sent, call.answer, call.attempts ?? 2);
  }

  async close(): Promise<void> {
    this.#breaker.shutdown();
    await this.#dispatcher.close();
  }

  async #repeat<Body extends z.ZodType>(
    sent: Sent,
    answer: Body,
    attempts: number,
  ): Promise<PeerOutcome<z.output<Body>>> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#once(sent, answer);
      if (!worthRepeating(outcome) || attempt + 1 >= attempts) return outcome;
      await this.#clock.sleep(fullJitter(this.#random, attempt, RETRY_BASE_MS, RETRY_CAP_MS));
    }
  }

  async #once<Body extends z.ZodType>(sent: Sent, answer: Body): Promise<PeerOutcome<z.output<Body>>> {
    try {
      const fire = () => this.#breaker.fire(sent);
      return readAnswer(await (this.#bulkhead ? this.#bulkhead.run(fire) : fire()), answer);
    } catch (error) {
      if (error instanceof BulkheadFull) {
        return { kind: 'notSent', reason: 'bulkhead_full', message: error.message };
      }
      return failureOutcome(error);
    }
  }

  async #send(sent: Sent): Promise<Answer> {
    const { body, headers } = sent;
    const correlation = correlationId();
    const known = correlation === undefined ? headers : { ...headers, [CORRELATION_HEADER]: correlation };
    if (!this.#credentials) return this.#request(sent, known, body);
    const token = await this.#credentials.token(this.name);
    const answer = await this.#request(sent, { ...known, authorization: `Bearer ${token}` }, body);
    if (answer.status !== 401) return answer;
    this.#credentials.refused(this.name, token);
    const fresh = await this.#credentials.token(this.name);
    return this.#request(sent, { ...known, authorization: `Bearer ${fresh}` }, body);
  }

  async #request(sent: Sent, headers: Record<string, string>, payload: string | null): Promise<Answer> {
    const endpoint = this.#endpoints.current()[0];
    if (!endpoint) throw new NoInstance(this.name);
    const response = await this.#dispatcher.request({
      origin: endpoint.url,
      path: sent.path,
      method: sent.method,
      headers,
      body: payload,
      // One signal per call: opossum's own controller is shared by all calls of a breaker. A little later than the
      // breaker's limit, so that the breaker sees its timeout first and the socket is freed right after.
      signal: AbortSignal.timeout(this.#timeoutMs + 50),
    });
    const text = await response.body.text();
    const body = parseJson(text);
    if (response.statusCode >= 500) {
      const said = shopErrorOf(body)?.message ?? text.slice(0, 200);
      throw new ServerFailure(this.name, response.statusCode, said);
    }
    return { status: response.statusCode, body };
  }
}

function worthRepeating(outcome: PeerOutcome<unknown>): boolean {
  return (
    outcome.kind === 'ambiguous' ||
    (outcome.kind === 'notSent' && (outcome.reason === 'refused' || outcome.reason === 'no_instance'))
  );
}

function readAnswer<Body extends z.ZodType>(answer: Answer, shape: Body): PeerOutcome<z.output<Body>> {
  const { status, body } = answer;
  if (status >= 400) {
    const error = shopErrorOf(body);
    if (error?.code === 'idempotency_in_progress') {
      return { kind: 'ambiguous', reason: 'in_progress', message: error.message };
    }
    const message = error?.message ?? `answered ${status}`;
    if (status === 429) return { kind: 'notSent', reason: 'overloaded', message };
    return { kind: 'rejected', status, code: error?.code ?? 'unknown', message };
  }
  const parsed = shape.safeParse(body);
  if (parsed.success) return { kind: 'ok', status, body: parsed.data };
  return {
    kind: 'ambiguous',
    reason: 'unreadable',
    message: `answer ${status} has another shape than agreed`,
  };
}

function parseJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: readAnswer and shopErrorOf judge it as a body of an unknown shape.
    return text;
  }
}
