import { join } from 'node:path';
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
  orders: 4104,
  inventory: 4105,
  payments: 4106,
  shipping: 4107,
  notifications: 4108,
  orderview: 4109,
  'outside-world': 4110,
  loadgen: 4111,
  'queue-agent': 4113,
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
  secrets: ShopSecrets;
}

/** One process of the launch plan. */
export interface PlannedProcess {
  name: string;
  /** The main file, relative to the repository. */
  main: string;
  port: PortName | null;
  /** Answers 2xx when the process can take work; null: it serves nobody and is healthy while it lives. */
  healthUrl: string | null;
  /** With the in-process agent: telemetry and the channel for faults. */
  instrumented: boolean;
  env: Record<string, string>;
  /** Variables which this process alone gets from the launcher's own environment. */
  inherits?: readonly string[];
  stopWithinMs: number;
}

interface Service {
  name: PortName;
  database: boolean;
}

/** The sample shop; start order does not matter, each waits for its own database only. */
export const SHOP: readonly Service[] = [
  { name: 'outside-world', database: true },
  { name: 'inventory', database: true },
  { name: 'payments', database: true },
  { name: 'shipping', database: true },
  { name: 'notifications', database: true },
  { name: 'orders', database: true },
  { name: 'orderview', database: true },
  { name: 'gateway', database: false },
];

/** Databases to make: one for each service that has one, and the broker's. */
export const DATABASES: readonly string[] = [
  ...SHOP.filter((service) => service.database).map((service) => service.name),
  'broker',
];

const local = (port: number): string => `http://127.0.0.1:${port}`;

/** `127.0.0.1:4106=payments,...`: names the callee of a client span by its address. */
function peers(ports: Ports): string {
  return SHOP.map(({ name }) => `127.0.0.1:${ports[name]}=${name}`).join(',');
}

function telemetryEnv(context: LaunchContext, service: string): Record<string, string> {
  const { host, keys, ports, version } = context;
  return {
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${service}-1,service.version=${version}`,
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

function shopEnv(context: LaunchContext, service: PortName): Record<string, string> {
  const { databases, ports } = context;
  const database = databases[service];
  const broker = databases.broker;
  return {
    ...telemetryEnv(context, service),
    PORT: String(ports[service]),
    SHOP_PROFILE: 'demo',
    ...(MAY_UNSEAL.has(service) ? { SHOP_SEAL_SECRET: context.secrets.seal } : {}),
    ...(database === undefined ? {} : { DATABASE_URL: database }),
    ...(broker === undefined ? {} : { BROKER_URL: broker }),
    GATEWAY_URL: local(ports.gateway),
    ORDERS_URL: local(ports.orders),
    INVENTORY_URL: local(ports.inventory),
    PAYMENTS_URL: local(ports.payments),
    SHIPPING_URL: local(ports.shipping),
    NOTIFICATIONS_URL: local(ports.notifications),
    OUTSIDE_URL: local(ports['outside-world']),
  };
}

/** The OTLP receiver and telemetry store. */
export function collector(context: LaunchContext): PlannedProcess {
  const { ports } = context;
  return {
    name: 'collector',
    main: 'agents/collector/main.ts',
    port: 'otlpHttp',
    healthUrl: `${local(ports.collectorQuery)}/healthz`,
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
    main: 'web/server/main.ts',
    port: 'dashboard',
    healthUrl: `${insideUrl(context.host, ports.dashboard)}/api/health`,
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

/** The services of the shop, each with its own port and database. */
export function shop(context: LaunchContext): PlannedProcess[] {
  return SHOP.map(({ name }) => ({
    name,
    main: `sample-services/${name}/main.ts`,
    port: name,
    healthUrl: `${local(context.ports[name])}/readyz`,
    instrumented: true,
    stopWithinMs: 8_000,
    env: shopEnv(context, name),
  }));
}

/** Measures the queues from outside their producers and consumers. */
export function queueAgent(context: LaunchContext): PlannedProcess {
  const { databases } = context;
  return {
    name: 'queue-agent',
    main: 'agents/queues/main.ts',
    port: 'queue-agent',
    healthUrl: `${local(context.ports['queue-agent'])}/healthz`,
    // It starts its telemetry and its channel by itself.
    instrumented: false,
    stopWithinMs: 8_000,
    env: {
      ...telemetryEnv(context, 'queue-agent'),
      PORT: String(context.ports['queue-agent']),
      BROKER_URL: databases.broker ?? '',
      QUEUES: 'notifications,notifications.email,notifications.sms,notifications.push,orderview.events',
    },
  };
}

/** Traffic; started when the shop is healthy. Without `load` it waits at rate 0 for somebody to turn it up. */
export function loadgen(context: LaunchContext, load: boolean): PlannedProcess {
  return {
    name: 'loadgen',
    main: 'sample-services/loadgen/main.ts',
    port: 'loadgen',
    healthUrl: `${local(context.ports.loadgen)}/healthz`,
    instrumented: true,
    stopWithinMs: 8_000,
    env: { ...shopEnv(context, 'loadgen'), ...(load ? {} : { LOAD_RATE: '0' }) },
  };
}
