import { z } from 'zod';
import { clickhouseSettings } from './store/remote/settings.ts';

const MIB = 1_048_576;
/** What Node takes by itself at work, mapped code apart. */
const PROCESS_MEMORY = 192 * MIB;
/** The engine refuses ordinary queries with less. */
const LEAST_MEMORY = 512 * MIB;
const ENGINE_SHARE = 0.7;
const LARGEST_REQUEST = 64 * MIB;
/** Two loads at once, each of which takes about 20 times its segment (measured), must leave room for queries. */
const LARGEST_SEGMENT = 16 * MIB;
const SEGMENTS_OF_ENGINE = 36;
const KEEP_DAYS = 30;
const STORE_BYTES = 21_474_836_480;

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

/** Sizes in bytes unless the name says else. */
const Settings = z.object({
  COLLECTOR_HOST: z.string().default('127.0.0.1'),
  COLLECTOR_HTTP_PORT: port(4318),
  COLLECTOR_GRPC_PORT: port(4317),
  /** Always on loopback, whatever COLLECTOR_HOST says: it answers SQL. */
  COLLECTOR_QUERY_PORT: port(4319),
  COLLECTOR_SECRET: z.string().min(8),
  COLLECTOR_DATA_DIR: z.string().min(1),
  /** When set, OTLP wants `authorization: Bearer <key>`. */
  COLLECTOR_OTLP_KEY: z.string().min(1).optional(),
  /** Origins of browser SDKs, separated by commas; `*` allows all. */
  COLLECTOR_CORS_ORIGINS: z
    .string()
    .default('')
    .transform((s) =>
      s
        .split(',')
        .map((o) => o.trim())
        .filter((o) => o !== ''),
    ),
  /** Ordinary data is dropped when its day is so old; failed, hurt and slowest traces after COLLECTOR_KEEP_DAYS. */
  COLLECTOR_RETENTION_DAYS: z.coerce.number().int().positive().default(7),
  COLLECTOR_KEEP_DAYS: z.coerce.number().int().positive().optional(),
  /** What the store may take on disk before its oldest data goes, whatever its age; 0 is no limit. On a server: none. */
  COLLECTOR_MAX_STORE_BYTES: z.coerce.number().int().min(0).optional(),
  /** Between two looks at age, bytes and parents of spans. */
  COLLECTOR_HOUSEKEEPING_SECONDS: z.coerce.number().positive().default(60),
  /** Rest between two loads of a signal, as a multiple of the usual: with less new data is seen sooner, for more CPU. */
  COLLECTOR_LOAD_REST: z.coerce.number().min(0).max(100).default(1),
  /** What engine, request bodies and the process around them may take together; the next three are shares of it. */
  COLLECTOR_MEMORY_BYTES: z.coerce
    .number()
    .int()
    .min(LEAST_MEMORY)
    .default(1024 * MIB),
  /** Largest request after decompression. */
  COLLECTOR_MAX_REQUEST_BYTES: z.coerce.number().int().positive().optional(),
  /** Request bodies in memory at one time, packed and unpacked; above it the receivers answer 429. */
  COLLECTOR_MAX_IN_FLIGHT_BYTES: z.coerce.number().int().positive().optional(),
  /** Hard limit of what the engine allocates. */
  COLLECTOR_ENGINE_MEMORY_BYTES: z.coerce.number().int().positive().optional(),
  /** Above this many spooled, not yet loaded bytes the receivers answer 429. */
  COLLECTOR_MAX_SPOOL_BYTES: z.coerce.number().int().positive().default(1_073_741_824),
  /** Another collector writes the same to the server: what comes here is shown live, and not stored. */
  COLLECTOR_LIVE_ONLY: z.stringbool().default(false),
  ...clickhouseSettings,
  LOG_LEVEL: z.string().default('info'),
});

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[?::1\]?)$/i;

/** Memory beyond the process's own goes in shares, each of which can be set on its own. */
const Derived = Settings.transform((given) => {
  const free = given.COLLECTOR_MEMORY_BYTES - PROCESS_MEMORY;
  const engine = given.COLLECTOR_ENGINE_MEMORY_BYTES ?? Math.floor(free * ENGINE_SHARE);
  const inFlight = given.COLLECTOR_MAX_IN_FLIGHT_BYTES ?? Math.floor(free * (1 - ENGINE_SHARE));
  return {
    ...given,
    COLLECTOR_KEEP_DAYS: given.COLLECTOR_KEEP_DAYS ?? Math.max(KEEP_DAYS, given.COLLECTOR_RETENTION_DAYS),
    COLLECTOR_MAX_STORE_BYTES:
      given.COLLECTOR_MAX_STORE_BYTES ?? (given.CLICKHOUSE_URL === undefined ? STORE_BYTES : 0),
    COLLECTOR_ENGINE_MEMORY_BYTES: engine,
    segmentBytes: Math.min(LARGEST_SEGMENT, Math.floor(engine / SEGMENTS_OF_ENGINE)),
    COLLECTOR_MAX_IN_FLIGHT_BYTES: inFlight,
    COLLECTOR_MAX_REQUEST_BYTES:
      given.COLLECTOR_MAX_REQUEST_BYTES ?? Math.min(LARGEST_REQUEST, Math.floor(inFlight / 2)),
  };
});

/** The collector's settings, read from the environment once at start. What other machines can reach wants a key. */
export const CollectorConfig = Derived.refine(
  (config) => config.COLLECTOR_MAX_IN_FLIGHT_BYTES >= 2 * config.COLLECTOR_MAX_REQUEST_BYTES,
  {
    path: ['COLLECTOR_MAX_IN_FLIGHT_BYTES'],
    error: 'must be twice COLLECTOR_MAX_REQUEST_BYTES, or the largest request never fits',
  },
)
  .refine((config) => config.COLLECTOR_KEEP_DAYS >= config.COLLECTOR_RETENTION_DAYS, {
    path: ['COLLECTOR_KEEP_DAYS'],
    error: 'must not be less than COLLECTOR_RETENTION_DAYS, or what is kept would go before the rest',
  })
  .refine((config) => !config.COLLECTOR_LIVE_ONLY || config.CLICKHOUSE_URL !== undefined, {
    path: ['COLLECTOR_LIVE_ONLY'],
    error: 'nobody else writes the embedded engine: name the server in CLICKHOUSE_URL, or leave it out',
  })
  .refine((config) => LOOPBACK.test(config.COLLECTOR_HOST) || config.COLLECTOR_OTLP_KEY !== undefined, {
    path: ['COLLECTOR_OTLP_KEY'],
    error: 'COLLECTOR_HOST can be reached from other machines: set a key, or bind to 127.0.0.1',
  });
export type CollectorConfig = z.infer<typeof CollectorConfig>;
