import { randomUUID } from 'node:crypto';
import { clientSecret } from '../kit/identity/client-secret.ts';
import { ask, startTestPostgres, type TestPostgres } from './postgres.ts';
import { ServiceProcess } from './service-process.ts';

/** Started one after the other: everybody asks these. */
const FIRST = ['identity', 'registry'] as const;
const REST = [
  ...['catalog', 'outside-world', 'inventory', 'payments', 'shipping', 'shipping-2', 'notifications'],
  ...['orders', 'orderview', 'gateway'],
] as const;

/**
 * The shop as the launcher starts it: all services as real processes, which find each other by the registry and
 * authenticate by identity, with two replicas of shipping.
 */
export class WholeShop {
  readonly postgres: TestPostgres;
  readonly services: ReadonlyMap<string, ServiceProcess>;
  readonly #databases: Readonly<Record<string, string>>;

  private constructor(
    postgres: TestPostgres,
    databases: Record<string, string>,
    services: Map<string, ServiceProcess>,
  ) {
    this.postgres = postgres;
    this.#databases = databases;
    this.services = services;
  }

  static async start(env: Record<string, string> = {}): Promise<WholeShop> {
    const postgres = await startTestPostgres();
    const databases: Record<string, string> = {};
    for (const name of [...FIRST, ...REST.filter((each) => each !== 'shipping-2'), 'broker']) {
      databases[name] = await postgres.database(name);
    }
    const root = randomUUID();
    const shared: Record<string, string> = {
      SHOP_PROFILE: 'demo',
      SHOP_SEAL_SECRET: randomUUID(),
      SHOP_SERVICE_SECRET: root,
      BROKER_URL: databases.broker ?? '',
      ...env,
    };
    const services = new Map<string, ServiceProcess>();
    const start = async (name: string) => {
      const service = name === 'shipping-2' ? 'shipping' : name;
      const process = new ServiceProcess(service, {
        ...shared,
        DATABASE_URL: databases[service] ?? '',
        SHOP_CLIENT_SECRET: clientSecret(root, service),
        OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name === service ? `${service}-1` : name}`,
      });
      services.set(name, process);
      await process.start();
    };
    await start('identity');
    shared.IDENTITY_URL = services.get('identity')?.url ?? '';
    await start('registry');
    shared.REGISTRY_URL = services.get('registry')?.url ?? '';
    // Not one of ours: nobody looks it up.
    await start('outside-world');
    shared.OUTSIDE_URL = services.get('outside-world')?.url ?? '';
    await Promise.all(REST.filter((name) => name !== 'outside-world').map(start));
    return new WholeShop(postgres, databases, services);
  }

  get(name: (typeof FIRST)[number] | (typeof REST)[number]): ServiceProcess {
    const service = this.services.get(name);
    if (service) return service;
    throw new Error(`there is no ${name}`);
  }

  sql<Row extends Record<string, unknown>>(service: string, text: string, values: unknown[] = []) {
    return ask<Row>(this.#databases[service] ?? '', text, values);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => service.kill()));
    await this.postgres.stop();
  }
}
