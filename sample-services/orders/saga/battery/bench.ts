import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { Seal } from '../../../kit/sealed.ts';
import { Meddler } from '../../../testing/meddler.ts';
import { ask, startTestPostgres, type TestPostgres } from '../../../testing/postgres.ts';
import { ServiceProcess } from '../../../testing/service-process.ts';
import type { SagaPolicy } from '../policy.ts';
import type { Intervention, SagaView, SignalAnswer, StuckSaga } from '../port.ts';
import { type PeerService, Witness } from './witness.ts';

const SERVICES = ['inventory', 'payments', 'shipping'] as const;

/** Waits that end when something is so; the limit is for a machine that is busy with other things. */
export const soon = { timeout: 120_000, interval: 40 };

/** Impatient, so that a battery takes minutes; nothing but waiting depends on it. */
const POLICY: Partial<SagaPolicy> = {
  retryBaseMs: 20,
  retryCapMs: 100,
  compensateBaseMs: 20,
  compensateCapMs: 200,
  stuckAfter: 3,
  leaseMs: 2_000,
};

/** What an order's customer is told at once. */
export interface Placed {
  http: number;
  orderId: string;
  sagaId: string;
  status: string;
}

interface Refused {
  http: number;
  error: { code: string };
}

/** Says which engine processes are started with. */
export interface EngineUnderTest {
  /** Environment that makes the orders service run this engine. */
  env: Record<string, string>;
}

/** A process of the orders service, driven over HTTP through the port alone. */
export class EngineProcess extends ServiceProcess {
  async place(change: Record<string, unknown> = {}, key: string = randomUUID()): Promise<Placed | null> {
    const order = {
      ...{ userId: 'user-1', sku: 'sku-01', quantity: 2, amount: 4_200 },
      ...{ cardToken: 'tok_visa', address: '1 Harbour Street, 20095 Hamburg' },
      ...change,
    };
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    try {
      const body = JSON.stringify(order);
      const response = await fetch(`${this.url}/orders`, { method: 'POST', headers, body });
      return { http: response.status, ...((await response.json()) as object) } as Placed;
    } catch {
      // Whoever kills the process asks for the order under its key afterwards.
      return null;
    }
  }

  async get(sagaId: string): Promise<SagaView | null> {
    const response = await fetch(`${this.url}/sagas/${sagaId}`);
    return response.ok ? ((await response.json()) as SagaView) : null;
  }

  /** The order that was placed last. */
  async newest(): Promise<{ orderId: string; sagaId: string }> {
    const response = await fetch(`${this.url}/orders?limit=1`);
    const { orders } = (await response.json()) as { orders: { orderId: string; sagaId: string }[] };
    return orders[0] ?? { orderId: '', sagaId: '' };
  }

  cancel(orderId: string): Promise<(SignalAnswer & { http: number }) | Refused> {
    return this.#post(`/orders/${orderId}/cancel`);
  }

  giveBack(orderId: string): Promise<(SignalAnswer & { http: number }) | Refused> {
    return this.#post(`/orders/${orderId}/return`);
  }

  async stuck(): Promise<StuckSaga[]> {
    const response = await fetch(`${this.url}/sagas/stuck`);
    return ((await response.json()) as { sagas: StuckSaga[] }).sagas;
  }

  intervene(sagaId: string, intervention: Intervention): Promise<{ http: number; status: string } | Refused> {
    return this.#post(`/sagas/${sagaId}/interventions`, intervention);
  }

  /** Resolves with the saga once it has ended. */
  ending(sagaId: string): Promise<SagaView> {
    return vi.waitFor(async () => {
      const saga = await this.get(sagaId).catch(() => null);
      expect(['confirmed', 'returned', 'compensated', 'rejected', 'failed']).toContain(saga?.status);
      return saga as SagaView;
    }, soon);
  }

  async #post<Answer>(path: string, body?: object): Promise<Answer> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${this.url}${path}`, { method: 'POST', headers, ...sent });
    return { http: response.status, ...((await response.json()) as object) } as Answer;
  }
}

/** A database, three peers behind meddlers, and processes of the engine under test. */
export class Bench {
  readonly witness: Witness;
  readonly meddlers: Record<PeerService, Meddler>;
  readonly #postgres: TestPostgres;
  readonly #env: Record<string, string>;
  readonly #processes: EngineProcess[] = [];

  private constructor(postgres: TestPostgres, meddlers: Bench['meddlers'], env: Record<string, string>) {
    this.#postgres = postgres;
    this.witness = new Witness(new Seal(env.SHOP_SEAL_SECRET ?? ''));
    this.meddlers = meddlers;
    this.#env = env;
  }

  static async start(under: EngineUnderTest): Promise<Bench> {
    const postgres = await startTestPostgres();
    const [inventory, payments, shipping] = await Promise.all(SERVICES.map(() => Meddler.start()));
    if (!inventory || !payments || !shipping) throw new Error('no meddlers');
    const meddlers = { inventory, payments, shipping };
    const bench = new Bench(postgres, meddlers, {
      BREAKER_RESET_MS: '200',
      SHOP_SEAL_SECRET: randomUUID(),
      DATABASE_URL: await postgres.database('orders'),
      BROKER_URL: await postgres.database('broker'),
      INVENTORY_URL: inventory.url,
      PAYMENTS_URL: payments.url,
      SHIPPING_URL: shipping.url,
      SAGA_POLICY: JSON.stringify(POLICY),
      ...under.env,
    });
    await bench.witness.listen();
    for (const service of SERVICES) meddlers[service].forwardTo(bench.witness.url(service));
    return bench;
  }

  /** A process of that instance name; not started yet. */
  process(instance: string): EngineProcess {
    const attributes = `service.instance.id=${instance}`;
    const process = new EngineProcess('orders', { ...this.#env, OTEL_RESOURCE_ATTRIBUTES: attributes });
    this.#processes.push(process);
    return process;
  }

  /** What changes the usual patience for one start. */
  policy(change: Partial<SagaPolicy>): Record<string, string> {
    return { SAGA_POLICY: JSON.stringify({ ...POLICY, ...change }) };
  }

  /** Ends every connection to the engine's database, as a server that is restarted does. */
  async dropConnections(): Promise<void> {
    await ask(
      this.#postgres.adminUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'orders' and pid <> pg_backend_pid()`,
    );
  }

  heal(): void {
    for (const meddler of Object.values(this.meddlers)) {
      meddler.heal();
      meddler.releaseHeld();
    }
  }

  async close(): Promise<void> {
    this.heal();
    await Promise.all(this.#processes.map((process) => process.kill()));
    await Promise.all(Object.values(this.meddlers).map((meddler) => meddler.stop()));
    await this.witness.close();
    await this.#postgres.stop();
  }
}
