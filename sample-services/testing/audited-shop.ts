import { QueueAgent } from './queue-agent.ts';
import { ServiceProcess } from './service-process.ts';
import { TestShop } from './shop.ts';

const READ = [
  ...['orders', 'inventory', 'payments', 'shipping', 'notifications', 'orderview', 'outside-world', 'broker'],
] as const;

const WITHOUT_BROKER = READ.filter((name) => name !== 'broker');

export interface Wall {
  sweep: { number: number; tookMs: number; orders: number } | null;
  open: number;
  invariants: {
    id: string;
    verdict: 'OK' | 'PENDING' | 'UNKNOWN' | 'VIOLATION';
    violations: number;
    acknowledged: number;
    pending: number;
    unread: string | null;
    figures: Record<string, number>;
  }[];
}

export interface Evidence {
  evidence: { orderId: string | null; expected: string; found: string; traceId: string; key: string }[];
  known: { orderId: string | null; expected: string; found: string; reason: string }[];
  waiting: { orderId: string | null; expected: string; found: string }[];
}

async function startAuditor(
  shop: TestShop,
  databases: readonly string[],
  audit: Record<string, string>,
): Promise<ServiceProcess> {
  const auditor = new ServiceProcess('auditor', {
    AUDIT_DATABASES: JSON.stringify(await shop.postgres.reader('auditor', databases)),
    AUDIT_SWEEP_MS: '250',
    AUDIT_LAG_MS: '1000',
    AUDIT_SAGA_MS: '60000',
    ...audit,
  });
  await auditor.start();
  return auditor;
}

/** A shop with its order view and an auditor that is quick and impatient. */
export class AuditedShop {
  readonly shop: TestShop;
  readonly orderview: ServiceProcess;
  readonly auditor: ServiceProcess;
  readonly #queues: QueueAgent | null;

  private constructor(
    shop: TestShop,
    orderview: ServiceProcess,
    auditor: ServiceProcess,
    queues: QueueAgent | null,
  ) {
    this.shop = shop;
    this.orderview = orderview;
    this.auditor = auditor;
    this.#queues = queues;
  }

  /**
   * `audit`: of the auditor's environment, `env`: of everybody else's. On a broker of `env` the auditor asks a queue agent
   * instead of a database.
   */
  static async start(
    audit: Record<string, string> = {},
    env: Record<string, string> = {},
  ): Promise<AuditedShop> {
    const shop = await TestShop.start(env);
    shop.databases.orderview = await shop.postgres.database('orderview');
    const orderview = new ServiceProcess('orderview', {
      SHOP_PROFILE: 'demo',
      DATABASE_URL: shop.databases.orderview,
      BROKER_URL: shop.databases.broker ?? '',
      ORDERS_URL: shop.services.orders.url,
      PAYMENTS_URL: shop.services.payments.url,
      SHIPPING_URL: shop.services.shipping.url,
      NOTIFICATIONS_URL: shop.services.notifications.url,
      ...env,
    });
    await orderview.start();
    if (env.BROKER_URL === undefined) {
      return new AuditedShop(shop, orderview, await startAuditor(shop, READ, audit), null);
    }
    const queues = await QueueAgent.start(env.BROKER_URL, env);
    const told = { AUDIT_QUEUES_URL: queues.url, ...audit };
    return new AuditedShop(shop, orderview, await startAuditor(shop, WITHOUT_BROKER, told), queues);
  }

  /** One more auditor, which cannot see the broker; whoever starts it ends it. */
  blindAuditor(audit: Record<string, string>): Promise<ServiceProcess> {
    return startAuditor(this.shop, WITHOUT_BROKER, audit);
  }

  async stop(): Promise<void> {
    await Promise.all([this.auditor.kill(), this.orderview.kill(), this.#queues?.kill()]);
    await this.shop.stop();
  }

  async wall(auditor: ServiceProcess = this.auditor): Promise<Wall> {
    return (await (await fetch(`${auditor.url}/invariants`)).json()) as Wall;
  }

  /** Verdicts by invariant, those that are OK left out. */
  async notOk(): Promise<Record<string, string>> {
    const { invariants } = await this.wall();
    return Object.fromEntries(
      invariants.filter((row) => row.verdict !== 'OK').map((row) => [row.id, row.verdict]),
    );
  }

  async evidence(id: string, auditor: ServiceProcess = this.auditor): Promise<Evidence> {
    return (await (await fetch(`${auditor.url}/invariants/${id}`)).json()) as Evidence;
  }

  /** Takes the violations of that invariant, or of all, as known; gives how many. */
  async acknowledge(id: string | null, reason: string): Promise<number> {
    const answer = await fetch(`${this.auditor.url}/acknowledgements`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...(id === null ? {} : { id }), reason }),
    });
    return ((await answer.json()) as { acknowledged: number }).acknowledged;
  }

  /** Looks at every order there is, and at all totals. */
  async sweepEverything(auditor: ServiceProcess = this.auditor): Promise<Wall> {
    const answer = await fetch(`${auditor.url}/sweep?everything=true`, { method: 'POST' });
    return (await answer.json()) as Wall;
  }
}
