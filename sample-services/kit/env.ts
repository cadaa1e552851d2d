import { StormglassError } from '@stormglass/agents/contract';
import { z } from 'zod';

const url = z.url().optional();

/** The environment of a service, parsed once. Ports and addresses are the launcher's; nothing here hard-codes one. */
const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  /** 0 lets the system choose; the chosen port is in the `listening` log line. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Where callers reach this instance, when that is not HOST. */
  ADVERTISE_HOST: z.string().optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: z.string().default(''),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  DATABASE_URL: url,
  BROKER_URL: url,
  /** How long BullMQ leaves a message to a consumer that gives no sign of life; 10 s unless told. */
  BROKER_LOCK_MS: z.coerce.number().int().min(100).max(600_000).optional(),
  IDENTITY_URL: url,
  REGISTRY_URL: url,
  GATEWAY_URL: url,
  CATALOG_URL: url,
  ORDERVIEW_URL: url,
  ORDERS_URL: url,
  INVENTORY_URL: url,
  PAYMENTS_URL: url,
  SHIPPING_URL: url,
  NOTIFICATIONS_URL: url,
  OUTSIDE_URL: url,
  /** identity's own: every service's secret is derived from it, and its private keys are sealed with it. */
  SHOP_SERVICE_SECRET: z.string().min(16).optional(),
  /** `on`: services prove themselves to each other by certificates of SHOP_TLS_DIR: ca.pem, <service>.pem, <service>.key. */
  SHOP_MTLS: z.enum(['on', 'off']).default('off'),
  SHOP_TLS_DIR: z.string().optional(),
  /** `on`: the gateway serves nobody who has not logged in. */
  SHOP_REQUIRE_LOGIN: z.enum(['on', 'off']).default('off'),
  /** What this service proves itself with at identity. */
  SHOP_CLIENT_SECRET: z.string().optional(),
  /** `demo`: shorter breaker resets and waits, so that people see the whole cycle. */
  SHOP_PROFILE: z.enum(['default', 'demo']).default('default'),
  /** How long a breaker stays open before it probes, at the start; half a minute unless told, in a demo 5 s. */
  BREAKER_RESET_MS: z.coerce.number().int().min(10).max(600_000).optional(),
  /** Seals what only some services may read, card tokens for instance; the same for all of them. */
  SHOP_SEAL_SECRET: z.string().min(16).optional(),
  /** Which engine runs orchestrated sagas. */
  SAGA_ENGINE: z.enum(['journal', 'dbos']).default('journal'),
  /** JSON of what shall differ from the sagas' usual patience: `{"deadlineMs": 20000}`. */
  SAGA_POLICY: z.string().optional(),
  /** `on`: this process may be hurt on purpose, by the dashboard too. */
  STORMGLASS_CHAOS: z.string().default('off'),
  /** A named point between two writes at which this process kills itself; for tests. */
  SHOP_CRASH_AT: z.string().optional(),
  LOAD_RATE: z.coerce.number().min(0).max(1000).default(5),
  LOAD_CHOREOGRAPHED_PERCENT: z.coerce.number().min(0).max(100).default(50),
  LOAD_CANCEL_PERCENT: z.coerce.number().min(0).max(100).default(1),
  LOAD_REFUSED_PERCENT: z.coerce.number().min(0).max(100).default(4),
  LOAD_THINK_MS: z.coerce.number().int().min(0).max(60_000).default(1_000),
  /** Given: the same orders with the same trace ids as before. Absent: another run each time, with traces of its own. */
  LOAD_SEED: z.coerce.number().int().min(0).max(0xffffffff).optional(),
});
export type ShopEnv = z.output<typeof Environment>;

export function parseEnv(source: NodeJS.ProcessEnv): ShopEnv {
  const parsed = Environment.safeParse(source);
  if (parsed.success) return parsed.data;
  throw new StormglassError(
    'invalid_request',
    `the environment does not fit: ${z.prettifyError(parsed.error)}`,
    'Correct the named variables and start the service again.',
  );
}

/** `service.instance.id` of the resource attributes: stable over restarts of one instance. */
export function instanceOf(env: ShopEnv): string | null {
  return resourceAttribute(env, 'service.instance.id');
}

/** `service.version` of the resource attributes, as telemetry has it. */
export function versionOf(env: ShopEnv): string {
  return resourceAttribute(env, 'service.version') ?? 'unknown';
}

function resourceAttribute(env: ShopEnv, name: string): string | null {
  const entry = env.OTEL_RESOURCE_ATTRIBUTES.split(',').find((item) => item.startsWith(`${name}=`));
  return entry?.slice(name.length + 1) || null;
}

/** A variable this service cannot do without. */
export function required(env: ShopEnv, name: keyof ShopEnv): string {
  const value = env[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new StormglassError(
    'invalid_request',
    `${name} is not set`,
    `Set ${name} to the address this service shall use.`,
  );
}
