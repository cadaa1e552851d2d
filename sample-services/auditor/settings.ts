import { StormglassError } from '@stormglass/agents/contract';
import { z } from 'zod';

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue('is no JSON');
    return z.NEVER;
  }
});
const millis = (fallback: number) => z.coerce.number().int().min(100).max(86_400_000).default(fallback);

const Environment = z.object({
  /** JSON object: service name -> URL of its database, for a role that can only read; `broker` when it is a database. */
  AUDIT_DATABASES: json.pipe(z.record(z.string(), z.url())),
  /** JSON object: service name -> base URLs of its processes, for GET /metrics. */
  AUDIT_SERVICES: json.pipe(z.record(z.string(), z.array(z.url()).min(1))).default({}),
  /** The queue agent's base URL, for GET /metrics, where the broker is no database that can be read. */
  AUDIT_QUEUES_URL: z.url().optional(),
  /** Between two sweeps. */
  AUDIT_SWEEP_MS: millis(1_500),
  /** Where nobody can say whether a message is still on its way, it may be for so long. */
  AUDIT_SETTLE_MS: millis(30_000),
  /** D: a saga is to end within so long after the last sign of trouble. */
  AUDIT_SAGA_MS: millis(60_000),
  /** L: a read model may be behind for so long. */
  AUDIT_LAG_MS: millis(10_000),
  /** So far back calls count in which a service failed its callers. */
  AUDIT_LEVEL_MS: millis(60_000),
  /** From the beginning of one check of everything to that of the next, at least. */
  AUDIT_RECHECK_MS: millis(60_000),
});

export interface AuditSettings {
  databases: Readonly<Record<string, string>>;
  services: Readonly<Record<string, readonly string[]>>;
  /** Null: nobody tells what lies in the broker. */
  queuesUrl: string | null;
  sweepMs: number;
  settleMs: number;
  sagaMs: number;
  lagMs: number;
  levelMs: number;
  recheckMs: number;
}

export function readAuditSettings(source: Readonly<Record<string, string | undefined>>): AuditSettings {
  const parsed = Environment.safeParse(source);
  if (!parsed.success) {
    throw new StormglassError(
      'invalid_request',
      `the environment does not fit: ${z.prettifyError(parsed.error)}`,
      'Correct the named variables and start the auditor again.',
    );
  }
  const env = parsed.data;
  return {
    databases: env.AUDIT_DATABASES,
    services: env.AUDIT_SERVICES,
    queuesUrl: env.AUDIT_QUEUES_URL ?? null,
    sweepMs: env.AUDIT_SWEEP_MS,
    settleMs: env.AUDIT_SETTLE_MS,
    sagaMs: env.AUDIT_SAGA_MS,
    lagMs: env.AUDIT_LAG_MS,
    levelMs: env.AUDIT_LEVEL_MS,
    recheckMs: env.AUDIT_RECHECK_MS,
  };
}
