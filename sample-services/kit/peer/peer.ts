import type { PeerSettings } from '@stormglass/agents/contract';
import type { z } from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import { onProtection } from '../protections.ts';
import type { Random } from '../random.ts';
import { Authorization } from './authorization.ts';
import { Balance } from './balance.ts';
import { PeerBreaker } from './breaker.ts';
import { Bulkhead } from './bulkhead.ts';
import { Connections } from './connections.ts';
import type { ClientTls, Credentials, Endpoint, Endpoints } from './endpoints.ts';
import { LastAnswers } from './fallback.ts';
import { failureOutcome, type PeerOutcome } from './outcome.ts';
import { Outliers } from './outliers.ts';
import { Pace } from './pace.ts';
import { readAnswer } from './read-answer.ts';
import type { PeerAnswer, PeerRequest } from './request.ts';
import { Retry } from './retry.ts';
import { send } from './send.ts';
import { PEER_DEFAULTS } from './settings.ts';
import { observePeer, outlierNews, retryCounter } from './telemetry.ts';

export interface PeerOptions {
  /** Service name of the callee; also the breaker's name and group, and the audience of tokens. */
  name: string;
  endpoints: Endpoints;
  /** Absent: calls carry no token. */
  credentials?: Credentials;
  /** For endpoints which are `https:`. */
  tls?: ClientTls;
  random: Random;
  /** What differs from the defaults at the start. */
  settings?: Partial<PeerSettings>;
  clock?: Clock;
}

export interface Call<Body extends z.ZodType> {
  /** Shape of a success; another shape is `ambiguous: unreadable`. */
  answer: Body;
  headers?: Record<string, string>;
  /** Most attempts; default one more than the retries of the settings. */
  attempts?: number;
}

/** The breaker sees its time limit first, and the socket is freed right after. */
const SOCKET_GRACE_MS = 50;

/**
 * Another service, all its instances, as this process calls it. From the outside in: repetition of what may be repeated,
 * token, bulkhead, spacing, choice of an instance, breaker, time limit. What comes back says what is known.
 */
export class Peer {
  readonly name: string;
  #settings: PeerSettings;
  readonly #connections: Connections;
  readonly #retry: Retry;
  readonly #authorization: Authorization;
  readonly #bulkhead: Bulkhead;
  readonly #pace: Pace;
  readonly #balance: Balance;
  readonly #outliers: Outliers;
  readonly #breaker: PeerBreaker<[PeerRequest, Endpoint], PeerAnswer>;
  readonly #lastAnswers: LastAnswers;
  readonly #release: () => void;

  constructor(options: PeerOptions) {
    const { name, endpoints, random, clock = systemClock } = options;
    this.name = name;
    this.#settings = { ...PEER_DEFAULTS, ...options.settings };
    this.#connections = new Connections(this.#settings.maxConnections, options.tls);
    const live = () => this.#settings;
    this.#retry = new Retry(live, clock, random, retryCounter(name));
    this.#authorization = new Authorization(name, options.credentials);
    this.#bulkhead = new Bulkhead(live);
    this.#pace = new Pace(live, clock);
    this.#balance = new Balance(name, endpoints, random);
    this.#outliers = new Outliers(live, clock, outlierNews(name));
    this.#breaker = new PeerBreaker(name, live, (request, to) => this.#send(request, to), clock);
    this.#lastAnswers = new LastAnswers(live, clock);
    const unobserve = observePeer({
      ...{ name, bulkhead: this.#bulkhead, outliers: this.#outliers },
      ...{ balance: this.#balance, connections: this.#connections },
    });
    // Without its bulkhead, nobody waits in front of it.
    const unlisten = onProtection(() => this.#bulkhead.admit());
    this.#release = () => {
      unobserve();
      unlisten();
    };
  }

  get settings(): Readonly<PeerSettings> {
    return this.#settings;
  }

  /** Takes effect on what runs; what is not named stays. */
  configure(change: Partial<PeerSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#breaker.adopt(this.#settings);
    this.#bulkhead.admit();
    this.#lastAnswers.trim();
    this.#connections.limit(this.#settings.maxConnections);
  }

  /** Milliseconds until an open breaker probes again; 0 when it is not open. */
  get probesInMs(): number {
    return this.#breaker.probesInMs;
  }

  /** True while calls are refused without being sent. */
  get refusing(): boolean {
    return this.#breaker.refusing;
  }

  /** A command. Only with `idempotencyKey` it may be sent again after an ambiguous answer. */
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
    const request = { method: 'POST', path, headers, body: JSON.stringify(payload) } as const;
    return this.#repeat(request, call.answer, key === undefined ? 1 : call.attempts);
  }

  /** With `fallback`, a failure is answered with the last good answer to the same call, if that is young enough. */
  async get<Body extends z.ZodType>(
    path: string,
    call: Call<Body> & { fallback?: boolean },
  ): Promise<PeerOutcome<z.output<Body>>> {
    const request: PeerRequest = { method: 'GET', path, headers: { ...call.headers }, body: null };
    const { answer, fallback } = call;
    if (!fallback) return this.#repeat(request, answer, call.attempts);
    const outcome = await this.#repeat(request, answer, call.attempts, (good) =>
      this.#lastAnswers.keep(request, good),
    );
    if (outcome.kind === 'ok' || outcome.kind === 'rejected') return outcome;
    const last = this.#lastAnswers.recall(request);
    const older = last && readAnswer(last.answer, answer);
    if (older?.kind !== 'ok') return outcome;
    this.#breaker.countFallback(older.body);
    return { ...older, stale: true, ageMs: last?.ageMs ?? 0 };
  }

  async close(): Promise<void> {
    this.#release();
    this.#breaker.close();
    await this.#connections.close();
  }

  #repeat<Body extends z.ZodType>(
    request: PeerRequest,
    shape: Body,
    attempts: number | undefined,
    onGood?: (answer: PeerAnswer) => void,
  ): Promise<PeerOutcome<z.output<Body>>> {
    const tried = new Set<string>();
    return this.#retry.run(attempts, async () => {
      try {
        const answer = await this.#authorization.add(request, (sent) => this.#call(sent, tried));
        const outcome = readAnswer(answer, shape);
        if (outcome.kind === 'ok') onGood?.(answer);
        return outcome;
      } catch (error) {
        return failureOutcome(error);
      }
    });
  }

  #call(request: PeerRequest, tried: Set<string>): Promise<PeerAnswer> {
    return this.#bulkhead.run(async () => {
      await this.#pace.wait();
      const to = this.#balance.choose(this.#outliers.ejected(), tried);
      tried.add(to.id);
      return this.#breaker.fire(request, to);
    });
  }

  #send(request: PeerRequest, to: Endpoint): Promise<PeerAnswer> {
    return this.#balance.track(to, async () => {
      try {
        const limitMs = this.#settings.timeoutMs + SOCKET_GRACE_MS;
        const answer = await send(this.#connections.dispatcher, to, request, limitMs);
        this.#outliers.succeeded(to.id);
        return answer;
      } catch (error) {
        this.#outliers.failed(to.id, this.#balance.known);
        throw error;
      }
    });
  }
}
