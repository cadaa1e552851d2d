import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { CONTROL } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { Agent, request } from 'undici';
import { required } from '../kit/env.ts';
import { seededRandom } from '../kit/random.ts';
import { type Kit, service } from '../kit/service.ts';
import { Arrivals } from './arrivals.ts';
import { type PlannedOrder, planOrders } from './traffic.ts';

/** A customer gives up after this long, ms: later than the gateway does. */
const PATIENCE_MS = 10_000;
/** Accepted orders remembered for tests; older ones are dropped and counted. */
const REMEMBERED = 20_000;
/** Requests in flight; beyond it arrivals are counted as `overflow`: the bound of our own memory. */
const IN_FLIGHT = 5_000;

interface Accepted {
  orderId: string;
  status: string;
}

/** Sends the orders and keeps the books on what became of them. */
class Customers {
  readonly #gateway: string;
  readonly #dispatcher = new Agent({ connections: 256, keepAliveTimeout: 10_000 });
  readonly #accepted: Accepted[] = [];
  readonly #counts = { sent: 0, confirmed: 0, pending: 0, refused: 0, failed: 0, overflow: 0, forgotten: 0 };
  #inFlight = 0;

  constructor(gateway: string) {
    this.#gateway = gateway;
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
      this.#count(await this.#post(planned));
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

  async #post({ order, id, traceparent }: PlannedOrder): Promise<{ status: number; body: unknown }> {
    const parent = propagation.extract(ROOT_CONTEXT, { traceparent });
    return context.with(parent, async () => {
      const response = await request(`${this.#gateway}/orders`, {
        dispatcher: this.#dispatcher,
        method: 'POST',
        // Without an agent in this process nobody else adds the trace context.
        headers: { 'content-type': 'application/json', 'idempotency-key': id, traceparent },
        body: JSON.stringify(order),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return { status: response.statusCode, body: await response.body.json() };
    });
  }

  #count({ status, body }: { status: number; body: unknown }): void {
    if (status >= 400) {
      this.#counts.failed++;
      return;
    }
    const order = body as { orderId: string; status: string };
    if (order.status === 'PENDING') this.#counts.pending++;
    else if (order.status === 'CONFIRMED') this.#counts.confirmed++;
    else this.#counts.refused++;
    this.#accepted.push({ orderId: order.orderId, status: order.status });
    if (this.#accepted.length <= REMEMBERED) return;
    this.#accepted.shift();
    this.#counts.forgotten++;
  }
}

function addRoutes({ app }: Kit, customers: Customers, arrivals: Arrivals): void {
  app.get('/stats', () => ({ rate: arrivals.rate, dropped: arrivals.dropped, ...customers.counts() }));
  app.get('/accepted', () => ({ accepted: customers.accepted(), forgotten: customers.counts().forgotten }));
}

await service({
  name: 'loadgen',
  routes: (kit) => {
    const { env, log } = kit;
    const customers = new Customers(required(env, 'GATEWAY_URL'));
    const plan = planOrders(env.LOAD_SEED);
    const arrivals = new Arrivals({
      rate: env.LOAD_RATE,
      random: seededRandom(env.LOAD_SEED ^ 0x5eed),
      arrive: () => {
        customers.order(plan()).catch((err) => log.error({ err }, 'an order could not be counted'));
      },
    });
    const withdraw = registerControl({
      name: 'load.set',
      title: 'Set the load',
      input: CONTROL['load.set'].input,
      run: ({ rate }) => {
        arrivals.setRate(rate);
        log.info({ rate }, 'load set');
        return { rate };
      },
    });
    const running = arrivals.run();
    kit.onStop(async () => {
      withdraw();
      arrivals.stop();
      await running;
      await customers.close();
    });
    addRoutes(kit, customers, arrivals);
  },
});
