import { z } from 'zod';
import { quantity } from './parameter.ts';
import type { FaultRow } from './row.ts';

/** Which statements of a process are meant; absent fields mean all. The selector's percentage takes a share of them. */
const STATEMENTS = {
  database: z.string().min(1).optional().meta({
    title: 'Database',
    unit: 'name',
    description: 'only statements on this database; absent: on all',
  }),
  statement: z.string().min(1).max(200).refine(isPattern, 'is no regular expression').optional().meta({
    title: 'Statement',
    unit: 'regular expression',
    description: 'only statements in whose text it is found, in any case of letters; absent: all',
  }),
};

/** Of a database, or of a service's way to it. */
export const DATABASE_ACTIONS = [
  z.object({ type: z.literal('database_outage') }),
  /** Holds a table exclusively: every statement on it waits. */
  z.object({ type: z.literal('lock_contention'), table: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/) }),
  z.object({
    type: z.literal('pool_exhaustion'),
    /** Connections taken of each pool; absent: all of those that may open 100 or fewer. */
    connections: z.number().int().min(1).max(1_000).optional(),
    /** Only pools of this database; absent: all pools of the process. */
    database: z.string().optional(),
  }),
  /** A statement waits before it goes to the server; its connection is taken meanwhile, and its own time limit runs. */
  z.object({
    type: z.literal('slow_query'),
    ms: quantity(1, 600_000, {
      title: 'Delay',
      unit: 'ms',
      about: 'for which the statement waits on its connection',
    }).default(1_000),
    ...STATEMENTS,
  }),
  /** `before`: the statement is not sent. `after`: it is carried out, and its result is replaced by the error. */
  z.object({
    type: z.literal('query_error'),
    sqlstate: z
      .string()
      .regex(/^[0-9A-Z]{5}$/, 'five digits or capital letters')
      .default('40001')
      .meta({
        title: 'SQLSTATE',
        unit: 'code',
        description: 'of the error; 40001 is a serialization failure',
      }),
    message: z
      .string()
      .max(500)
      .default('injected by stormglass')
      .meta({ title: 'Message', unit: 'text', description: 'of the error' }),
    ...STATEMENTS,
  }),
] as const;

export const DATABASE_CATALOGUE = {
  database_outage: { title: 'Database outage', targets: ['database'], positions: ['before'] },
  lock_contention: { title: 'Table locked', targets: ['database'], positions: ['before'] },
  pool_exhaustion: { title: 'Connection pool exhausted', targets: ['service'], positions: ['before'] },
  slow_query: { title: 'Slow query', targets: ['service'], positions: ['before'], perTrace: true },
  query_error: { title: 'Query error', targets: ['service'], positions: ['before', 'after'], perTrace: true },
} as const satisfies Record<(typeof DATABASE_ACTIONS)[number]['shape']['type']['value'], FaultRow>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'i');
    return true;
  } catch {
    return false;
  }
}
