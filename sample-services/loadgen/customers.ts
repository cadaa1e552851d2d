import { randomUUID } from 'node:crypto';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { Agent, request } from 'undici';
import type { z } from 'zod';
import type { Clock } from '../kit/clock.ts';
import { PlacedAnswer } from './api.ts';
import type { Deed, Observed, Outcome } from './observed.ts';
import type { Visit } from './traffic.ts';

/** A customer gives up after this long, ms: later than the gateway does. */
const PATIENCE_MS = 10_000;
/** Accepted orders remembered for tests; older ones are dropped and counted. */
const REMEMBERED = 20_000;
/** Customers in the shop; beyond it arrivals are counted as `overflow`: the bound of our own memory. */
const MOST_VISITS = 5_000;

type Accepted = z.output<typeof PlacedAnswer>;

interface Answer {
  status: number;
  body: unknown;
}

interface Errand {
  deed: Deed;
  path: string;
  /** Absent for a GET. */
  payload?: unknown;
  key?: string;
  traceparent?: string;
  /** Epoch ms at which the customer wants it. */
  wantedAt: number;
}

export interface CustomersOptions {
  /** Base URL of the shop's gateway. */
  gateway: string;
  /** Trace ids out of the seed, so that a replay is the same to whoever decides by trace id. */
  seededTraces: boolean;
  observed: Observed;
  clock: Clock;
}

/** Goes shopping: orders, thinks, then looks at the order or cancels it. Keeps the books on what became of it. */
export class Customers {
  readonly #options: CustomersOptions;
  /** The same seed again must place new orders, not ask for the old ones. */
  readonly #run = randomUUID();
  readonly #dispatcher = new Agent({ connections: 256, keepAliveTimeout: 10_000 });
  readonly #stop = new AbortController();
  readonly #visits = new Set<Promise<void>>();
  readonly #accepted: Accepted[] = [];
  readonly #counts = { sent: 0, confirmed: 0, pending: 0, refused: 0, failed: 0, overflow: 0, forgotten: 0 };

  constructor(options: CustomersOptions) {
    this.#options = options;
  }

  /** Orders since the start. */
  counts() {
    return { ...this.#counts, inFlight: this.#visits.size };
  }

  accepted(): readonly Accepted[] {
    return this.#accepted;
  }

  /** One customer comes in; what happens to him is counted, never thrown. */
  arrive(visit: Visit, wantedAt: number): void {
    if (this.#visits.size >= MOST_VISITS) {
      this.#counts.overflow++;
      return;
    }
    const done = this.#visit(visit, wantedAt).finally(() => this.#visits.delete(done));
    this.#visits.add(done);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#dispatcher.destroy();
    await Promise.all(this.#visits);
  }

  async #visit(visit: Visit, wantedAt: number): Promise<void> {
    const { clock, seededTraces } = this.#options;
    const answer = await this.#errand({
      deed: 'order',
      path: '/orders',
      payload: visit.order,
      key: `load-${this.#run}-${this.#counts.sent++}`,
      ...(seededTraces ? { traceparent: visit.traceparent } : {}),
      wantedAt,
    });
    const order = this.#count(answer);
    if (!order) return;
    const next = clock.now() + visit.thinkMs;
    await clock.sleep(visit.thinkMs, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    const path = `/orders/${order.orderId}`;
    await this.#errand(
      visit.cancels
        ? { deed: 'cancel', path: `${path}/cancel`, payload: {}, wantedAt: next }
        : { deed: 'look', path, wantedAt: next },
    );
  }

  /** Runs one errand and notes what its customer saw; null when there was no answer. */
  async #errand(errand: Errand): Promise<Answer | null> {
    const { clock, observed } = this.#options;
    // Whatever failed on the way is the customer's one experience: no answer.
    const answer = await this.#send(errand).catch(() => null);
    if (this.#stop.signal.aborted) return answer;
    observed.record(errand.deed, outcomeOf(answer), clock.now() - errand.wantedAt);
    return answer;
  }

  /** Each errand is a trace of its own: with the seed's id for a replay, else one which the agent makes. */
  #send(errand: Errand): Promise<Answer> {
    if (errand.traceparent !== undefined) {
      const parent = propagation.extract(ROOT_CONTEXT, { traceparent: errand.traceparent });
      return context.with(parent, () => this.#request(errand));
    }
    return trace
      .getTracer('stormglass.loadgen')
      .startActiveSpan(TITLE[errand.deed], { root: true }, async (span) => {
        try {
          return await this.#request(errand);
        } finally {
          span.end();
        }
      });
  }

  async #request({ path, payload, key, traceparent }: Errand): Promise<Answer> {
    const response = await request(`${this.#options.gateway}${path}`, {
      dispatcher: this.#dispatcher,
      method: payload === undefined ? 'GET' : 'POST',
      headers: {
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        // Without an agent in this process nobody else adds the trace context.
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      body: payload === undefined ? null : JSON.stringify(payload),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.statusCode, body: await response.body.json() };
  }

  #count(answer: Answer | null): Accepted | null {
    const placed = answer && answer.status < 300 ? PlacedAnswer.safeParse(answer.body) : null;
    if (!placed?.success) {
      this.#counts.failed++;
      return null;
    }
    const order = placed.data;
    if (order.status === 'PENDING') this.#counts.pending++;
    else if (order.status === 'CONFIRMED') this.#counts.confirmed++;
    else this.#counts.refused++;
    this.#accepted.push(order);
    if (this.#accepted.length > REMEMBERED) {
      this.#accepted.shift();
      this.#counts.forgotten++;
    }
    return order;
  }
}

const TITLE: Record<Deed, string> = { order: 'place order', look: 'look at order', cancel: 'cancel order' };

function outcomeOf(answer: Answer | null): Outcome {
  if (!answer || answer.status >= 500) return 'failed';
  if (answer.status === 429) return 'limited';
  if (answer.status >= 400) return 'refused';
  const placed = PlacedAnswer.safeParse(answer.body);
  if (!placed.success) return 'ok';
  if (placed.data.status === 'PENDING') return 'pending';
  return placed.data.status === 'REJECTED' ? 'refused' : 'ok';
}
