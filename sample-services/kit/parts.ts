import type { PeerSettings, RateLimitSettings } from '@stormglass/agents/contract';
import { correlated } from './broker/correlated.ts';
import { drainable } from './broker/drainable.ts';
import { openBroker } from './broker/open.ts';
import type { Broker, QueueDefinition } from './broker/port.ts';
import { Database } from './database.ts';
import { Discovery } from './discovery/discovery.ts';
import type { Knowledge } from './discovery/known-services.ts';
import { instanceOf, required, type ShopEnv, versionOf } from './env.ts';
import { addGuard } from './http/guard.ts';
import type { App } from './http/route.ts';
import type { Tls } from './http/tls.ts';
import { Identity } from './identity/identity.ts';
import type { Log } from './log.ts';
import { OutboxRelay, RELAY_LEASE } from './outbox/relay.ts';
import { SENT_MESSAGES } from './outbox/schema.ts';
import { type Credentials, type Endpoints, fixedEndpoint } from './peer/endpoints.ts';
import { Peer } from './peer/peer.ts';
import { hash32, type Random, seededRandom } from './random.ts';
import type { Adjustable } from './resilience.ts';
import { type Perishable, startRetention } from './retention.ts';

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
  /** Carries this database's outbox to the broker; its database needs OUTBOX_SCHEMA. Forgets what was sent. */
  relay(db: Database, broker: Broker, queues: readonly QueueDefinition[]): OutboxRelay;
  /** Deletes what is over in these tables, again and again. */
  forget(db: Database, tables: readonly Perishable[]): void;
  /** `settings`: what differs from the defaults at the start. */
  peer(name: PeerName, settings?: Partial<PeerSettings>): Peer;
  /** Makes a limit of its own one of the settings which can be changed while it runs. */
  rateLimit(limit: Adjustable<RateLimitSettings>): void;
  /** Whether this process was told how to find that service. */
  reaches(name: PeerName): boolean;
  /** Null while nobody asks for tokens (no IDENTITY_URL). */
  readonly identity: Identity | null;
  /** Null: connections are in the clear (SHOP_MTLS is off). */
  readonly tls: Tls | null;
  /** Aborted when a graceful stop begins: whoever makes a request wait answers it now. */
  readonly signal: AbortSignal;
  /** One more thing of its own without which this service is not ready; `check` throws while it is missing. */
  readyWhen(name: string, check: () => Promise<void>): void;
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
  identity: 'IDENTITY_URL',
  registry: 'REGISTRY_URL',
  catalog: 'CATALOG_URL',
  orderview: 'ORDERVIEW_URL',
} as const satisfies Record<string, keyof ShopEnv>;
export type PeerName = keyof typeof PEER_URLS;

/** Short: a call of ours waits for it. */
const IDENTITY_TIMEOUT_MS = 1_000;
/** Asked every second, so it is found again soon after it was away. */
const REGISTRY_SETTINGS = { timeoutMs: 1_000, resetTimeoutMs: 2_000 };
/** These take calls from anybody: no token is got for them. */
const OPEN_PEERS: readonly PeerName[] = ['outside-world', 'gateway'];
/** Breaker of the calls which get keys and tokens: identity's other calls need one of those tokens. */
const TOKENS = 'identity-tokens';

export class Parts implements Kit {
  readonly name: string;
  readonly env: ShopEnv;
  readonly log: Log;
  readonly app: App;
  readonly random: Random;
  readonly instance: string;
  readonly instanceIsStable: boolean;
  readonly signal: AbortSignal;
  readonly tls: Tls | null;
  readonly identity: Identity | null;
  readonly #discovery: Discovery | null;
  readonly #stopping = new AbortController();
  /** True from the beginning of a graceful stop: connections are not kept any more. */
  draining = false;
  #discovers = false;
  readonly #checks = new Map<string, () => Promise<void>>();
  readonly peers: Peer[] = [];
  readonly databases: Database[] = [];
  readonly rateLimits: Adjustable<RateLimitSettings>[] = [];
  readonly #leases = new Map<string, () => number | null>();
  readonly #drains: (() => Promise<void>)[] = [];
  readonly #stops: (() => Promise<void> | void)[] = [];

  constructor(name: string, env: ShopEnv, log: Log, app: App, tls: Tls | null) {
    const instance = instanceOf(env);
    this.name = name;
    this.env = env;
    this.log = log;
    this.app = app;
    this.tls = tls;
    this.signal = this.#stopping.signal;
    this.instance = instance ?? `${name}-${process.pid}`;
    this.instanceIsStable = instance !== null;
    this.random = seededRandom(hash32(`${this.instance}/${process.pid}`));
    this.identity = this.#openIdentity();
    this.#discovery = this.#openDiscovery();
  }

  database(schema: string, max?: number): Database {
    const url = required(this.env, 'DATABASE_URL');
    const db = new Database({ url, schema, log: this.log, ...(max === undefined ? {} : { max }) });
    this.databases.push(db);
    this.#checks.set('database', () => db.ping());
    this.#stops.push(() => db.close());
    return db;
  }

  broker(): Broker {
    const url = required(this.env, 'BROKER_URL');
    const opened = openBroker({ url, log: this.log, lockMs: this.env.BROKER_LOCK_MS });
    const broker = drainable(correlated(opened, this.log));
    this.#checks.set('broker', () => broker.ping());
    this.#drains.push(() => broker.drain());
    this.#stops.push(() => broker.close());
    return broker;
  }

  relay(db: Database, broker: Broker, queues: readonly QueueDefinition[]): OutboxRelay {
    const { log, instance, instanceIsStable } = this;
    const relay = new OutboxRelay({ db, broker, queues, log, instance, instanceIsStable });
    this.#leases.set(RELAY_LEASE, () => relay.lease?.epoch ?? null);
    this.#stops.push(() => relay.stop());
    this.forget(db, [SENT_MESSAGES]);
    return relay;
  }

  forget(db: Database, tables: readonly Perishable[]): void {
    const retention = startRetention(db, this.log, tables);
    this.#stops.push(() => retention.stop());
  }

  peer(name: PeerName, settings: Partial<PeerSettings> = {}): Peer {
    const tokens = OPEN_PEERS.includes(name) ? null : (this.identity?.tokens ?? null);
    return this.#open(name, this.#endpoints(name), tokens, settings);
  }

  rateLimit(limit: Adjustable<RateLimitSettings>): void {
    this.rateLimits.push(limit);
  }

  reaches(name: PeerName): boolean {
    return this.env[PEER_URLS[name]] !== undefined || this.#discovery !== null;
  }

  onStop(stop: () => Promise<void> | void): void {
    this.#stops.push(stop);
  }

  readyWhen(name: string, check: () => Promise<void>): void {
    this.#checks.set(name, check);
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

  leases(): Record<string, number | null> {
    return Object.fromEntries([...this.#leases].map(([name, epoch]) => [name, epoch()]));
  }

  get hasPeers(): boolean {
    return this.peers.length > 0;
  }

  /** Whether calls to one of its peers are limited. */
  get hasBulkhead(): boolean {
    return this.peers.some(({ settings }) => settings.bulkheadSlots > 0);
  }

  peerStates(): Record<string, string> {
    return Object.fromEntries(this.peers.map((peer) => [peer.name, peer.refusing ? 'refusing' : 'closed']));
  }

  /** Seconds for which each of this service's tokens is still good. */
  tokens(): Record<string, number> {
    return this.identity?.tokens.remaining() ?? {};
  }

  /** Whether peers are looked for at the registry. */
  get findsPeers(): boolean {
    return this.#discovery !== null;
  }

  discovery(): Record<string, Knowledge> {
    return this.#discovery?.knowledge() ?? {};
  }

  /** From now on callers may find this instance, which listens on `port`. */
  announce(port: number): void {
    const { env, instance, name } = this;
    const called = new Set(this.peers.map((peer) => (peer.name === TOKENS ? 'identity' : peer.name)));
    const peers = [...called].filter((peer) => peer !== name);
    const registration = {
      ...{
        name,
        instance,
        port,
        host: env.ADVERTISE_HOST ?? env.HOST,
        scheme: this.tls?.server ? ('https' as const) : ('http' as const),
      },
      ...{ version: versionOf(env), healthCheckPath: '/readyz' },
      // Who looks nobody up can do without the registry.
      dependencies: peers.filter((peer) => peer !== 'registry' || this.#discovers),
    };
    this.#discovery?.announce(registration, () => this.isReady());
  }

  async isReady(): Promise<boolean> {
    return Object.values(await this.check()).every((check) => check === 'ok');
  }

  /**
   * Nothing that was begun is lost: callers are told to go elsewhere and are served until they know, then what runs is
   * finished, calls and messages, while all that they need is still open; then everything is closed in the reverse order of
   * its opening.
   */
  async close(): Promise<void> {
    this.draining = true;
    await this.#discovery?.leave(this.instance);
    this.#stopping.abort();
    await this.app.close();
    await Promise.all(this.#drains.map((drain) => drain()));
    for (const stop of this.#stops.reverse()) await stop();
  }

  #open(
    name: string,
    endpoints: Endpoints,
    tokens: Credentials | null,
    settings: Partial<PeerSettings>,
  ): Peer {
    const resetTimeoutMs = this.env.BREAKER_RESET_MS ?? (this.env.SHOP_PROFILE === 'demo' ? 5_000 : 30_000);
    const peer = new Peer({
      ...{ name, endpoints, random: this.random },
      ...(tokens === null ? {} : { credentials: tokens }),
      ...(this.tls === null ? {} : { tls: this.tls.client(name === TOKENS ? 'identity' : name) }),
      settings: { resetTimeoutMs, ...settings },
    });
    this.peers.push(peer);
    this.#stops.push(() => peer.close());
    return peer;
  }

  #endpoints(name: PeerName): Endpoints {
    const url = this.env[PEER_URLS[name]];
    if (url === undefined && this.#discovery !== null) {
      this.#discovers = true;
      return this.#discovery.endpoints(name);
    }
    return fixedEndpoint(name, required(this.env, PEER_URLS[name]));
  }

  #openDiscovery(): Discovery | null {
    if (this.env.REGISTRY_URL === undefined) return null;
    return new Discovery({ peer: this.peer('registry', REGISTRY_SETTINGS), log: this.log });
  }

  /** Before any route is declared, so that none is without its guard. */
  #openIdentity(): Identity | null {
    const url = this.env.IDENTITY_URL;
    if (url === undefined) return null;
    const secret = required(this.env, 'SHOP_CLIENT_SECRET');
    const peer = this.#open(TOKENS, fixedEndpoint('identity', url), null, { timeoutMs: IDENTITY_TIMEOUT_MS });
    const identity = new Identity({ peer, service: this.name, secret });
    addGuard(this.app, this.name, identity.keys);
    this.#stops.push(() => identity.close());
    return identity;
  }
}
