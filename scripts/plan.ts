import { join } from 'node:path';
import type { Certificates } from '@stormglass/agents/host';
import { clientSecret } from '../sample-services/kit/identity/client-secret.ts';
import { insideUrl, outsideUrl } from './launch/addresses.ts';
import type { ShopSecrets } from './launch/data-dir.ts';

/** Everything that listens, with its port unless told otherwise. */
export const DEFAULT_PORTS = {
  dashboard: 4000,
  otlpHttp: 4318,
  otlpGrpc: 4317,
  collectorQuery: 4319,
  postgres: 4320,
  gateway: 4100,
  identity: 4101,
  registry: 4102,
  catalog: 4103,
  orders: 4104,
  inventory: 4105,
  payments: 4106,
  shipping: 4107,
  'shipping-2': 4117,
  notifications: 4108,
  orderview: 4109,
  'outside-world': 4110,
  loadgen: 4111,
  auditor: 4112,
  'queue-agent': 4113,
  /** Toxiproxy's own; taken with STORMGLASS_PROXY=on only. */
  proxy: 8474,
} as const;
export type PortName = keyof typeof DEFAULT_PORTS;
export type Ports = Record<PortName, number>;

/** What the launcher knows when it starts processes. */
export interface LaunchContext {
  root: string;
  /** Absolute path. */
  dataDir: string;
  /** Address the dashboard and OTLP listen on; everything else is loopback always. */
  host: string;
  ports: Ports;
  /** Proves to the collector's query port that the caller is ours; new for each start. */
  collectorSecret: string;
  keys: { login: string | null; agent: string | null; otlp: string | null };
  version: string;
  /** Absolute path of the folder with the user's own experiments; null: those of the repository. */
  experiments: string | null;
  /** Connection URL of each service's database, and of `broker`. */
  databases: Record<string, string>;
  /** The same databases for a role that can only read. */
  readable: Record<string, string>;
  secrets: ShopSecrets;
  /** Folder with a certificate for each service; null: they talk in the clear. */
  tlsDir: string | null;
}

/** One process of the launch plan. */
export interface PlannedProcess {
  name: string;
  /** OpenTelemetry `service.name` and `service.instance.id` of what runs in it. */
  service: string;
  instance: string;
  /** The main file, relative to the repository. */
  main: string;
  port: PortName | null;
  /** Answers 2xx when the process can take work; null: it serves nobody and is healthy while it lives. */
  healthUrl: string | null;
  /** What it demands of who asks it; null: nothing. */
  certificates: Certificates | null;
  /** With the in-process agent: telemetry and the channel for faults. */
  instrumented: boolean;
  env: Record<string, string>;
  /** Variables which this process alone gets from the launcher's own environment. */
  inherits?: readonly string[];
  stopWithinMs: number;
}

interface Service {
  /** Of the process. */
  name: PortName;
  /** Several processes may be one service, on one database. */
  service: PortName;
  database: boolean;
}

const one = (name: PortName, database = true): Service => ({ name, service: name, database });

/** Everybody asks these two, so they are healthy before the others start. */
const FIRST: readonly Service[] = [one('identity'), one('registry')];

/** The sample shop; the order among the rest does not matter, each waits for its own database only. */
export const SHOP: readonly Service[] = [
  ...FIRST,
  one('catalog'),
  one('outside-world'),
  one('inventory'),
  one('payments'),
  one('shipping'),
  { name: 'shipping-2', service: 'shipping', database: true },
  one('notifications'),
  one('orders'),
  one('orderview'),
  one('gateway', false),
];

/** Databases to make: one for each service that has one, and the broker's. */
export const DATABASES: readonly string[] = [
  ...new Set(SHOP.filter(({ database }) => database).map(({ service }) => service)),
  'broker',
];

/** `shipping-1`, and `shipping-2` for the process of that name. */
const instanceOf = (name: string, service: string): string => (name === service ? `${service}-1` : name);

/** Databases in which the shop's promises are kept or broken. */
export const AUDITED: readonly string[] = [
  ...['orders', 'inventory', 'payments', 'shipping', 'notifications', 'orderview', 'outside-world', 'broker'],
];

const local = (port: number): string => `http://127.0.0.1:${port}`;

/** Services with a certificate; the gateway shows its to them, and lets customers in without. */
export const CERTIFIED: readonly string[] = [
  ...new Set(SHOP.map(({ service }) => service)),
  'loadgen',
  'auditor',
];

const isSecure = ({ tlsDir }: LaunchContext, service: string) => tlsDir !== null && service !== 'gateway';

/** A service of the shop, in the clear or not. */
function inShop(context: LaunchContext, service: PortName, name = service): string {
  const url = local(context.ports[name]);
  return isSecure(context, service) ? url.replace('http:', 'https:') : url;
}

function certificatesOf(context: LaunchContext, service: string): Certificates | null {
  const { tlsDir } = context;
  return tlsDir !== null && isSecure(context, service) ? { folder: tlsDir, service } : null;
}

/** `127.0.0.1:4106=payments,...`: names the callee of a client span by its address. */
function peers(ports: Ports): string {
  return SHOP.map(({ name, service }) => `127.0.0.1:${ports[name]}=${service}`).join(',');
}

/** `name`: of the process; one that is not called after its service is an instance of its own. */
export function telemetryEnv(
  context: LaunchContext,
  service: string,
  name = service,
): Record<string, string> {
  const { host, keys, ports, version } = context;
  return {
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${instanceOf(name, service)},service.version=${version}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: insideUrl(host, ports.otlpHttp),
    OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING: peers(ports),
    STORMGLASS_HUB: insideUrl(host, ports.dashboard),
    STORMGLASS_CHAOS: 'on',
    ...(keys.agent === null ? {} : { STORMGLASS_AGENT_KEY: keys.agent }),
    ...(keys.otlp === null
      ? {}
      : { OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(`Bearer ${keys.otlp}`)}` }),
  };
}

/** Who seals cards, and who opens them. */
const MAY_UNSEAL: ReadonlySet<PortName> = new Set<PortName>(['orders', 'payments']);

function shopEnv(context: LaunchContext, service: PortName, name = service): Record<string, string> {
  const { databases, ports, secrets, tlsDir } = context;
  const database = databases[service];
  const broker = databases.broker;
  const telemetry = telemetryEnv(context, service, name);
  return {
    ...telemetry,
    // Who simulates the payment provider and the carrier is none of the shop's services.
    OTEL_RESOURCE_ATTRIBUTES: `${telemetry.OTEL_RESOURCE_ATTRIBUTES},service.namespace=${service === 'outside-world' ? 'outside' : 'shop'}`,
    PORT: String(ports[name]),
    SHOP_PROFILE: 'demo',
    ...(service === 'identity' ? { SHOP_SERVICE_SECRET: secrets.service } : {}),
    ...(MAY_UNSEAL.has(service) ? { SHOP_SEAL_SECRET: secrets.seal } : {}),
    ...(database === undefined ? {} : { DATABASE_URL: database }),
    ...(broker === undefined ? {} : { BROKER_URL: broker }),
    SHOP_CLIENT_SECRET: clientSecret(secrets.service, service),
    ...(tlsDir === null ? {} : { SHOP_MTLS: 'on', SHOP_TLS_DIR: tlsDir }),
    IDENTITY_URL: inShop(context, 'identity'),
    // All others are found there.
    REGISTRY_URL: inShop(context, 'registry'),
    OUTSIDE_URL: inShop(context, 'outside-world'),
    GATEWAY_URL: inShop(context, 'gateway'),
  };
}

/** The OTLP receiver and telemetry store. */
export function collector(context: LaunchContext): PlannedProcess {
  const { ports } = context;
  return {
    name: 'collector',
    service: 'collector',
    instance: 'collector-1',
    main: 'agents/collector/main.ts',
    port: 'otlpHttp',
    healthUrl: `${local(ports.collectorQuery)}/healthz`,
    certificates: null,
    instrumented: false,
    stopWithinMs: 8_000,
    env: {
      COLLECTOR_HOST: context.host,
      COLLECTOR_HTTP_PORT: String(ports.otlpHttp),
      COLLECTOR_GRPC_PORT: String(ports.otlpGrpc),
      COLLECTOR_QUERY_PORT: String(ports.collectorQuery),
      COLLECTOR_SECRET: context.collectorSecret,
      COLLECTOR_DATA_DIR: join(context.dataDir, 'collector'),
      ...(context.keys.otlp === null ? {} : { COLLECTOR_OTLP_KEY: context.keys.otlp }),
    },
    // The dashboard asks the collector, so nobody else needs to know the server.
    inherits: [
      ...['URL', 'USER', 'PASSWORD', 'DATABASE', 'CA', 'ADOPT'].map((name) => `CLICKHOUSE_${name}`),
      'COLLECTOR_LIVE_ONLY',
    ],
  };
}

/** The dashboard. */
export function web(context: LaunchContext): PlannedProcess {
  const { keys, ports } = context;
  return {
    name: 'web',
    service: 'web',
    instance: 'web-1',
    main: 'web/server/main.ts',
    port: 'dashboard',
    healthUrl: `${insideUrl(context.host, ports.dashboard)}/api/health`,
    certificates: null,
    instrumented: false,
    stopWithinMs: 8_000,
    env: {
      HOST: context.host,
      PORT: String(ports.dashboard),
      CLICKHOUSE_URL: local(ports.collectorQuery),
      CLICKHOUSE_PASSWORD: context.collectorSecret,
      STORMGLASS_DATA_DIR: join(context.dataDir, 'web'),
      STORMGLASS_OTLP_HTTP: outsideUrl(context.host, ports.otlpHttp),
      STORMGLASS_OTLP_GRPC: outsideUrl(context.host, ports.otlpGrpc),
      STORMGLASS_EXPERIMENTS: context.experiments ?? join(context.root, 'chaos', 'experiments'),
      ...(keys.agent === null ? {} : { STORMGLASS_AGENT_KEY: keys.agent }),
      ...(keys.login === null ? {} : { STORMGLASS_LOGIN_TOKEN: keys.login }),
    },
  };
}

/** The services of the shop: `first` one after the other, then `rest` together. */
export function shop(context: LaunchContext): { first: PlannedProcess[]; rest: PlannedProcess[] } {
  const row = (each: Service) => shopProcess(context, each);
  return { first: FIRST.map(row), rest: SHOP.filter((each) => !FIRST.includes(each)).map(row) };
}

function shopProcess(context: LaunchContext, { name, service }: Service): PlannedProcess {
  return {
    name,
    service,
    instance: instanceOf(name, service),
    main: `sample-services/${service}/main.ts`,
    port: name,
    healthUrl: `${inShop(context, service, name)}/readyz`,
    certificates: certificatesOf(context, service),
    instrumented: true,
    stopWithinMs: 8_000,
    env: shopEnv(context, service, name),
  };
}

/** Every queue of the shop; a test holds it to the shop's own list. */
export const QUEUES = [
  ...['inventory', 'payments', 'shipping', 'orders', 'orderview'].map((service) => `${service}.events`),
  ...['notifications', 'notifications.email', 'notifications.sms', 'notifications.push'],
];

/** Measures the queues from outside their producers and consumers. */
export function queueAgent(context: LaunchContext): PlannedProcess {
  const { databases } = context;
  return {
    name: 'queue-agent',
    service: 'queue-agent',
    instance: 'queue-agent-1',
    main: 'agents/queues/main.ts',
    port: 'queue-agent',
    healthUrl: `${local(context.ports['queue-agent'])}/healthz`,
    certificates: null,
    // It starts its telemetry and its channel by itself.
    instrumented: false,
    stopWithinMs: 8_000,
    env: {
      ...telemetryEnv(context, 'queue-agent'),
      PORT: String(context.ports['queue-agent']),
      BROKER_URL: databases.broker ?? '',
      QUEUES: QUEUES.join(','),
    },
    inherits: ['BROKER_MANAGEMENT_URL', 'SCRAPE_TARGETS', 'SCRAPE_SECONDS'],
  };
}

/** Watches the shop's promises in its databases, with a role that cannot write; nobody needs it. */
export function auditor(context: LaunchContext): PlannedProcess {
  const { ports, readable, tlsDir } = context;
  const services = Map.groupBy(SHOP, ({ service }) => service);
  const addresses = [...services].map(([service, processes]) => {
    return [service, processes.map(({ name }) => inShop(context, service, name))];
  });
  return {
    name: 'auditor',
    service: 'auditor',
    instance: 'auditor-1',
    main: 'sample-services/auditor/main.ts',
    port: 'auditor',
    healthUrl: `${inShop(context, 'auditor')}/healthz`,
    certificates: certificatesOf(context, 'auditor'),
    instrumented: true,
    inherits: ['SWEEP', 'SETTLE', 'SAGA', 'LAG', 'RECHECK', 'LEVEL'].map((what) => `AUDIT_${what}_MS`),
    stopWithinMs: 8_000,
    env: {
      ...telemetryEnv(context, 'auditor'),
      PORT: String(ports.auditor),
      SHOP_PROFILE: 'demo',
      SHOP_CLIENT_SECRET: clientSecret(context.secrets.service, 'auditor'),
      ...(tlsDir === null ? {} : { SHOP_MTLS: 'on', SHOP_TLS_DIR: tlsDir }),
      IDENTITY_URL: inShop(context, 'identity'),
      AUDIT_DATABASES: JSON.stringify(readable),
      // Somebody's own broker: the queue agent knows how to read it.
      ...(readable.broker === undefined ? { AUDIT_QUEUES_URL: local(ports['queue-agent']) } : {}),
      AUDIT_SERVICES: JSON.stringify(Object.fromEntries(addresses)),
    },
  };
}

/** Traffic; started when the shop is healthy. Without `load` it waits at rate 0 for somebody to turn it up. */
export function loadgen(context: LaunchContext, load: boolean): PlannedProcess {
  return {
    name: 'loadgen',
    service: 'loadgen',
    instance: 'loadgen-1',
    main: 'sample-services/loadgen/main.ts',
    port: 'loadgen',
    healthUrl: `${inShop(context, 'loadgen')}/healthz`,
    certificates: certificatesOf(context, 'loadgen'),
    instrumented: true,
    stopWithinMs: 8_000,
    env: { ...shopEnv(context, 'loadgen'), ...(load ? {} : { LOAD_RATE: '0' }) },
  };
}
