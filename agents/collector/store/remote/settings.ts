import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** An empty variable is one that is not set, as compose files write it. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** Settings of a ClickHouse server to use in place of the embedded engine. */
export const clickhouseSettings = {
  /** `https://user:password@host:8443`; the path is kept, for a server behind a proxy. */
  CLICKHOUSE_URL: optional(z.url({ protocol: /^https?$/, error: 'must be an http or https address' })),
  CLICKHOUSE_USER: optional(z.string()),
  CLICKHOUSE_PASSWORD: optional(z.string()),
  CLICKHOUSE_DATABASE: optional(z.string().regex(/^\w+$/, 'letters, digits and _ only')),
  /** A file with the certificate (PEM) of who signed the server's. */
  CLICKHOUSE_CA: optional(z.string()),
  /** Whether a database that an OpenTelemetry Collector filled may get columns and derived tables of ours. */
  CLICKHOUSE_ADOPT: optional(z.stringbool()),
};
type ClickHouseSettings = z.infer<z.ZodObject<typeof clickhouseSettings>>;

export interface ServerAddress {
  /** Without credentials, so that it can be shown. */
  url: URL;
  user: string;
  password: string;
  database: string;
  ca: Buffer | undefined;
  /** Whether a database of an OpenTelemetry Collector may be added to. */
  adopt: boolean;
}

/** Null when the embedded engine is to be used. */
export function serverAddress(settings: ClickHouseSettings): ServerAddress | null {
  if (settings.CLICKHOUSE_URL === undefined) return null;
  const url = new URL(settings.CLICKHOUSE_URL);
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  url.username = '';
  url.password = '';
  return {
    url,
    user: settings.CLICKHOUSE_USER ?? (user || 'default'),
    password: settings.CLICKHOUSE_PASSWORD ?? (password || ''),
    database: settings.CLICKHOUSE_DATABASE ?? 'stormglass',
    ca: settings.CLICKHOUSE_CA === undefined ? undefined : readFileSync(settings.CLICKHOUSE_CA),
    adopt: settings.CLICKHOUSE_ADOPT ?? false,
  };
}
