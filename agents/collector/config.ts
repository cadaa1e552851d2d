import { z } from 'zod';
import { clickhouseSettings } from './store/remote/settings.ts';

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
  COLLECTOR_RETENTION_DAYS: z.coerce.number().int().positive().default(7),
  /** Largest request after decompression. */
  COLLECTOR_MAX_REQUEST_BYTES: z.coerce.number().int().positive().default(67_108_864),
  /** Request bodies in memory at one time, packed and unpacked; above it the receivers answer 429. */
  COLLECTOR_MAX_IN_FLIGHT_BYTES: z.coerce.number().int().positive().default(268_435_456),
  /** Above this many spooled, not yet loaded bytes the receivers answer 429. */
  COLLECTOR_MAX_SPOOL_BYTES: z.coerce.number().int().positive().default(1_073_741_824),
  COLLECTOR_ENGINE_MEMORY_BYTES: z.coerce.number().int().positive().default(629_145_600),
  ...clickhouseSettings,
  LOG_LEVEL: z.string().default('info'),
});

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[?::1\]?)$/i;

/** The collector's settings, read from the environment once at start. What other machines can reach wants a key. */
export const CollectorConfig = Settings.refine(
  (config) => config.COLLECTOR_MAX_IN_FLIGHT_BYTES >= 2 * config.COLLECTOR_MAX_REQUEST_BYTES,
  {
    path: ['COLLECTOR_MAX_IN_FLIGHT_BYTES'],
    error: 'must be twice COLLECTOR_MAX_REQUEST_BYTES, or the largest request never fits',
  },
).refine((config) => LOOPBACK.test(config.COLLECTOR_HOST) || config.COLLECTOR_OTLP_KEY !== undefined, {
  path: ['COLLECTOR_OTLP_KEY'],
  error: 'COLLECTOR_HOST can be reached from other machines: set a key, or bind to 127.0.0.1',
});
export type CollectorConfig = z.infer<typeof CollectorConfig>;
