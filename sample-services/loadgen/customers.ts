import { randomUUID } from 'node:crypto';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { Agent, request } from 'undici';
import type { z } from 'zod';
import { PlacedAnswer } from './api.ts';
import type { PlannedOrder } from './traffic.ts';

/** A customer gives up after this long, ms: later than the gateway does. */
const PATIENCE_MS = 10_000;
/** Accepted orders remembered for tests; older ones are dropped and counted. */
const REMEMBERED = 20_000;
/** Requests in flight; beyond it arrivals are counted as `overflow`: the bound of our own memory. */
const IN_FLIGHT = 5_000;

type Accepted = z.output<typeof PlacedAnswer>;

interface Answer {
  status: number;
  body: z.ZodSafeParseResult<Accepted>;
}

export interface CustomersOptions {
  /** Base URL of the shop's gateway. */
  gateway: string;
  /** Trace ids out of the seed, so that a replay is the same to whoever decides by trace id. */
  seededTraces: boolean;
}

/** Sends the orders and keeps the books on what became of them. */
export class Customers {
  readonly #options: CustomersOptions;
  /** The same seed again must place new orders, not ask for the old ones. */
  readonly #run = randomUUID();
  readonly #dispatcher = new Agent({ connections: 256, keepAliveTimeout: 10_000 });
  readonly #accepted: Accepted[] = [];
  readonly #counts = { sent: 0, confirmed: 0, pending: 0, refused: 0, failed: 0, overflow: 0, forgotten: 0 };
  #inFlight = 0;

  constructor(options: CustomersOptions) {
    this.#options = options;
  }

  counts() {
    return { ...this.#counts, inFlight: this.#inFlight };
  }

  accepted(): readonly Accepted[] {
    return this.#accepted;
  }

  async order(planned: PlannedOrder): Promise<void> {
    if (this.#inFlight >= IN_FLIGHT) {
      this.#counts.overflow++;
      return;
    }
    this.#inFlight++;
    this.#counts.sent++;
    try {
      this.#count(await this.#place(planned));
    } catch {
      // Whatever failed on the way is the customer's one experience: no answer.
      this.#counts.failed++;
    } finally {
      this.#inFlight--;
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** Each order is a trace of its own: with the seed's id for a replay, else one which the agent makes. */
  #place(planned: PlannedOrder): Promise<Answer> {
    const key = `load-${this.#run}-${this.#counts.sent}`;
    if (this.#options.seededTraces) {
      const parent = propagation.extract(ROOT_CONTEXT, { traceparent: planned.traceparent });
      return context.with(parent, () => this.#post(planned, key));
    }
    return trace
      .getTracer('stormglass.loadgen')
      .startActiveSpan('place order', { root: true }, async (span) => {
        try {
          return await this.#post(planned, key);
        } finally {
          span.end();
        }
      });
  }

  async #post({ order, traceparent }: PlannedOrder, key: string): Promise<Answer> {
    const response = await request(`${this.#options.gateway}/orders`, {
      dispatcher: this.#dispatcher,
      method: 'POST',
      // Without an agent in this process nobody else adds the trace context.
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(this.#options.seededTraces ? { traceparent } : {}),
      },
      body: JSON.stringify(order),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.statusCode, body: PlacedAnswer.safeParse(await response.body.json()) };
  }

  #count({ status, body }: Answer): void {
    if (status >= 400 || !body.success) {
      this.#counts.failed++;
      return;
    }
    const order = body.data;
    if (order.status === 'PENDING') this.#counts.pending++;
    else if (order.status === 'CONFIRMED') this.#counts.confirmed++;
    else this.#counts.refused++;
    this.#accepted.push(order);
    if (this.#accepted.length <= REMEMBERED) return;
    this.#accepted.shift();
    this.#counts.forgotten++;
  }
}
