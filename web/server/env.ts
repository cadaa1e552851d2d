import { isIP } from 'node:net';
import { StormglassError } from '@stormglass/agents/contract';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
const optional = z
  .string()
  .optional()
  .transform((text) => (text === '' ? undefined : text));

/** The environment of the web process, read once here. Secrets are never logged. */
const Env = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(4000),
  CLICKHOUSE_URL: z.url().optional(),
  CLICKHOUSE_PASSWORD: z.string().default(''),
  STORMGLASS_DATA_DIR: z.string().min(1),
  STORMGLASS_AGENT_KEY: optional,
  STORMGLASS_LOGIN_TOKEN: optional,
  STORMGLASS_OTLP_HTTP: optional,
  STORMGLASS_OTLP_GRPC: optional,
  STORMGLASS_EXPERIMENTS: optional,
  STORMGLASS_GAMEDAYS: optional,
  /** Host names by which a proxy or a DNS name reaches this server, comma separated. */
  STORMGLASS_ALLOWED_HOSTS: list,
  /** Services which no fault may target, comma separated, besides the dashboard itself. */
  STORMGLASS_PROTECTED: list,
  STORMGLASS_NO_PAGES: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});
export type Env = z.infer<typeof Env>;

/** Reads and checks the environment; the message of the error names each variable that is wrong. */
export function readEnv(source: Record<string, string | undefined>): Env {
  const parsed = Env.safeParse(source);
  if (!parsed.success) {
    throw new StormglassError(
      'invalid_request',
      `the environment of the dashboard is not usable:\n${z.prettifyError(parsed.error)}`,
      'Correct the variables named above and start again.',
    );
  }
  const env = parsed.data;
  if (isLoopback(env.HOST)) return env;
  const missing = (['STORMGLASS_LOGIN_TOKEN', 'STORMGLASS_AGENT_KEY'] as const).filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new StormglassError(
      'unauthorized',
      `${env.HOST} can be reached from other machines, so ${missing.join(' and ')} must be set`,
      'Set both to long random values, or bind to 127.0.0.1.',
    );
  }
  return env;
}

/** True for addresses which only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}
