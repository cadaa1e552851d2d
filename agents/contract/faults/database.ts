import { z } from 'zod';
import type { FaultRow } from './row.ts';

/** Of a database, or of a service's way to it. */
export const DATABASE_ACTIONS = [
  z.object({ type: z.literal('database_outage') }),
  /** Holds a table exclusively: every statement on it waits. */
  z.object({ type: z.literal('lock_contention'), table: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/) }),
  z.object({
    type: z.literal('pool_exhaustion'),
    /** Connections taken of each pool; absent: all of them. */
    connections: z.number().int().min(1).max(1_000).optional(),
    /** Only pools of this database; absent: all pools of the process. */
    database: z.string().optional(),
  }),
] as const;

export const DATABASE_CATALOGUE = {
  database_outage: { title: 'Database outage', targets: ['database'], positions: ['before'] },
  lock_contention: { title: 'Table locked', targets: ['database'], positions: ['before'] },
  pool_exhaustion: { title: 'Connection pool exhausted', targets: ['service'], positions: ['before'] },
} as const satisfies Record<(typeof DATABASE_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
