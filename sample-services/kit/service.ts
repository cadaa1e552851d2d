import { flushTelemetry } from '@stormglass/agents/node';
import { BullMqBroker } from './broker/bullmq.ts';
import type { Broker } from './broker/port.ts';
import { armCrash } from './crash.ts';
import { Database } from './database.ts';
import { instanceOf, parseEnv, required, type ShopEnv, versionOf } from './env.ts';
import { createApp } from './http/app.ts';
import { addHealth } from './http/health.ts';
import type { App } from './http/route.ts';
import { createLog, type Log } from './log.ts';
import { fixedEndpoint } from './peer/endpoints.ts';
import { Peer, type PeerOptions } from './peer/peer.ts';
import { declareProtections, PEER_PROTECTIONS, type Protection } from './protections.ts';
import { hash32, type Random, seededRandom } from './random.ts';

/** What a service builds itself from. Everything opened through it is closed by it, in reverse order. */
export interface Kit {
  readonly env: ShopEnv;
  readonly log: Log;
  readonly app: App;
  /** For jitter: seeded by instance, so that two instances do not beat in time. */
  readonly random: Random;
  /** `orders-1`, or a name made up for this process. */
  readonly instance: string;
  /** True if `instance` stays the same over restarts. */
  readonly instanceIsStable: boolean;
  database(schema: string, max?: number): Database;
  broker(): Broker;
  peer(name: PeerName, options?: Partial<Omit<PeerOptions, 'name' | 'endpoints' | 'random'>>): Peer;
  /** Aborted when a graceful stop begins: whoever makes a request wait answers it now. */
  readonly signal: AbortSignal;
  /** Runs at a graceful stop, after the last request and before databases close. */
  onStop(stop: () => Promise<void> | void): void;
}

const PEER_URLS = {
  gateway: 'GATEWAY_URL',
  orders: 'ORDERS_URL',
  inventory: 'INVENTORY_URL',
  payments: 'PAYMENTS_URL',
  shipping: 'SHIPPING_URL',
  notifications: 'NOTIFICATIONS_URL',
  'outside-world': 'OUTSIDE_URL',
} as const satisfies Record<string, keyof ShopEnv>;
export type PeerName = keyof typeof PEER_URLS;

export interface ServiceDefinition {
  name: string;
  /** What of it can be taken away on purpose, besides what comes with each peer. */
  protections?: readonly Protection[];
  /** Adds routes and starts background work; runs before the port opens and must not wait for anybody. */
  routes(kit: Kit): Promise<void> | void;
}

/** A graceful stop that takes longer ends hard: the supervisor would kill us at 3 s anyway. */
const STOP_LIMIT_MS = 2_800;

/** Runs one service of the shop until SIGTERM. The only boilerplate there is. */
export async function service(definition: ServiceDefinition): Promise<void> {
  const env = parseEnv(process.env);
  armCrash(env.SHOP_CRASH_AT);
  const log = createLog(definition.name, env);
  const app = await createApp(definition.name, versionOf(env), log);
  const parts = new Parts(definition.name, env, log, app);
  addHealth(app, definition.name, parts);
  await definition.routes(parts);
  declareProtections([...(definition.protections ?? []), ...(parts.hasPeers ? PEER_PROTECTIONS : [])]);
  await app.listen({ host: env.HOST, port: env.PORT });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : env.PORT;
  log.info({ port, instance: parts.instance }, 'listening');

  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
    const ended = parts.close().then(() => flushTelemetry(500));
    ended.then(
      () => process.exit(0),
      (err) => {
        log.error({ err }, 'stopped with a failure');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

class Parts implements Kit {
  readonly env: ShopEnv;
  readonly log: Log;
  readonly app: App;
  readonly random: Random;
  readonly instance: string;
  readonly instanceIsStable: boolean;
  readonly signal: AbortSignal;
  readonly #stopping = new AbortController();
  readonly #checks = new Map<string, () => Promise<void>>();
  readonly #peers: Peer[] = [];
  readonly #stops: (() => Promise<void> | void)[] = [];

  constructor(name: string, env: ShopEnv, log: Log, app: App) {
    const instance = instanceOf(env);
    this.env = env;
    this.log = log;
    this.app = app;
    this.signal = this.#stopping.signal;
    this.instance = instance ?? `${name}-${process.pid}`;
    this.instanceIsStable = instance !== null;
    this.random = seededRandom(hash32(`${this.instance}/${process.pid}`));
  }

  database(schema: string, max?: number): Database {
    const url = required(this.env, 'DATABASE_URL');
    const db = new Database({ url, schema, log: this.log, ...(max === undefined ? {} : { max }) });
    this.#checks.set('database', () => db.ping());
    this.#stops.push(() => db.close());
    return db;
  }

  broker(): Broker {
    const broker = new BullMqBroker({ url: required(this.env, 'BROKER_URL'), log: this.log });
    this.#checks.set('broker', () => broker.ping());
    this.#stops.push(() => broker.close());
    return broker;
  }

  peer(name: PeerName, options: Partial<Omit<PeerOptions, 'name' | 'endpoints' | 'random'>> = {}): Peer {
    const resetMs = this.env.SHOP_PROFILE === 'demo' ? 5_000 : 30_000;
    const endpoints = fixedEndpoint(name, required(this.env, PEER_URLS[name]));
    const peer = new Peer({ resetMs, ...options, name, endpoints, random: this.random });
    this.#peers.push(peer);
    this.#stops.push(() => peer.close());
    return peer;
  }

  onStop(stop: () => Promise<void> | void): void {
    this.#stops.push(stop);
  }

  async check(): Promise<Record<string, string>> {
    const results = await Promise.all(
      [...this.#checks].map(async ([name, check]) => {
        const failure = await check().then(
          () => 'ok',
          (error: Error) => error.message,
        );
        return [name, failure] as const;
      }),
    );
    return Object.fromEntries(results);
  }

  get hasPeers(): boolean {
    return this.#peers.length > 0;
  }

  peers(): Record<string, string> {
    return Object.fromEntries(this.#peers.map((peer) => [peer.name, peer.refusing ? 'refusing' : 'closed']));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.app.close();
    for (const stop of this.#stops.reverse()) await stop();
  }
}
