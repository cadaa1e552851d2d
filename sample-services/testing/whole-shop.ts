import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientSecret } from '../kit/identity/client-secret.ts';
import { IssuedToken } from '../kit/identity/token-cache.ts';
import { answers, writeCertificates } from './certificates.ts';
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
  readonly #root: string;
  readonly #databases: Readonly<Record<string, string>>;
  readonly #certificates: Certificates | null;
  readonly #shared: Readonly<Record<string, string>>;

  private constructor(
    root: string,
    postgres: TestPostgres,
    databases: Record<string, string>,
    services: Map<string, ServiceProcess>,
    certificates: Certificates | null,
    shared: Record<string, string>,
  ) {
    this.#root = root;
    this.postgres = postgres;
    this.#databases = databases;
    this.services = services;
    this.#certificates = certificates;
    this.#shared = shared;
  }

  /** `secure`: services prove themselves to each other by certificates, as with SHOP_MTLS=on. */
  static async start({ secure = false } = {}): Promise<WholeShop> {
    const certificates = secure ? new Certificates() : null;
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
      ...certificates?.env,
    };
    const services = new Map<string, ServiceProcess>();
    const start = async (name: string) => {
      const service = name === 'shipping-2' ? 'shipping' : name;
      const own = {
        ...shared,
        DATABASE_URL: databases[service] ?? '',
        SHOP_CLIENT_SECRET: clientSecret(root, service),
        OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name === service ? `${service}-1` : name}`,
      };
      const process = new ServiceProcess(service, own, certificates?.readinessOf(service));
      services.set(name, process);
      await process.start();
      return certificates === null ? process.url : process.url.replace('http:', 'https:');
    };
    shared.IDENTITY_URL = await start('identity');
    shared.REGISTRY_URL = await start('registry');
    // Not one of ours: nobody looks it up.
    shared.OUTSIDE_URL = await start('outside-world');
    await Promise.all(REST.filter((name) => name !== 'outside-world').map(start));
    return new WholeShop(root, postgres, databases, services, certificates, shared);
  }

  get(name: (typeof FIRST)[number] | (typeof REST)[number]): ServiceProcess {
    const service = this.services.get(name);
    if (service) return service;
    throw new Error(`there is no ${name}`);
  }

  /** Somebody who is no part of it, set up like its services; the caller starts and kills it. */
  guest(name: 'auditor' | 'loadgen', env: Record<string, string>): ServiceProcess {
    const own = { ...this.#shared, SHOP_CLIENT_SECRET: clientSecret(this.#root, name), ...env };
    return new ServiceProcess(name, own, this.#certificates?.readinessOf(name));
  }

  /** For an auditor: where it reads. */
  async readable(): Promise<string> {
    return JSON.stringify(await this.postgres.reader('auditor', Object.keys(this.#databases)));
  }

  /** What identity gives to whoever proves to be that service, or the operator. */
  async tokenOf(service: string, audience: string): Promise<string> {
    const answer = await fetch(`${this.get('identity').url}/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ service, secret: clientSecret(this.#root, service), audience }),
    });
    return IssuedToken.parse(await answer.json()).token;
  }

  sql<Row extends Record<string, unknown>>(service: string, text: string, values: unknown[] = []) {
    return ask<Row>(this.#databases[service] ?? '', text, values);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => service.kill()));
    await this.postgres.stop();
    this.#certificates?.remove();
  }
}

/** A certificate for each service, of an authority of this shop alone. */
class Certificates {
  readonly #folder = mkdtempSync(join(tmpdir(), 'shop-tls-'));

  constructor() {
    writeCertificates(this.#folder, [...FIRST, ...REST, 'auditor', 'loadgen']);
  }

  get env(): Record<string, string> {
    return { SHOP_MTLS: 'on', SHOP_TLS_DIR: this.#folder };
  }

  /** Undefined where customers come in: the door asks nobody for a certificate. */
  readinessOf(service: string): ((url: string) => Promise<boolean>) | undefined {
    return service === 'gateway' ? undefined : (url) => answers(url, this.#folder, service);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
