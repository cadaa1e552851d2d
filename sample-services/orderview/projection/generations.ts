import type { Sql } from '../../kit/database.ts';
import { type Held, StaleLease, whileHeld } from '../../kit/lease/lease.ts';

/** Which generation readers see, and which one is being built beside it. */
export interface Generations {
  current: number;
  building: number | null;
  rebuildStartedAt: Date | null;
  rebuiltAt: Date | null;
}

export async function readGenerations(sql: Sql): Promise<Generations> {
  const [row] = await sql.query<Generations>(
    `select current, building, rebuild_started_at as "rebuildStartedAt", rebuilt_at as "rebuiltAt" from projection`,
  );
  if (!row) throw new Error('the projection has lost its only row');
  return row;
}

/** What has to be known of the generations to add to them. */
export type OpenGenerations = Pick<Generations, 'current' | 'building'>;

/**
 * Generations an event goes into. An applier that has not seen a rebuild begin is no harm: its event was committed by
 * its owner before, so the rebuild, which reads up to the newest number of that time, reads it there.
 */
export function openGenerations({ current, building }: OpenGenerations): number[] {
  return building === null ? [current] : [current, building];
}

/** Begins to build the next generation from zero, unless one is being built; gives its number. */
export async function beginRebuild(sql: Sql, sources: readonly string[]): Promise<number> {
  const [row] = await sql.query<{ building: number }>(
    `with begun as (
       update projection set building = current + 1, rebuild_started_at = clock_timestamp()
       where building is null returning building),
     reset as (
       insert into rebuild_source (source) select s from unnest($1::text[]) s where exists (select from begun)
       on conflict (source) do update set after = 0, events = 0, upto = null, finished = false)
     select building from begun union all
     select building from projection where building is not null limit 1`,
    [sources],
  );
  if (!row) return beginRebuild(sql, sources);
  return row.building;
}

/** Who builds, if anybody does now. */
export interface Builder {
  owner: string;
  /** Fencing token: what an earlier builder still wants to write is refused. */
  epoch: number;
}

/** Only one process builds at a time. */
export const REBUILD_LOCK = 'rebuild';

export async function readBuilder(sql: Sql): Promise<Builder | null> {
  const [row] = await sql.query<Builder & Record<string, unknown>>(
    'select owner, epoch from lease where name = $1 and expires_at > clock_timestamp()',
    [REBUILD_LOCK],
  );
  return row ?? null;
}

/** Readers see what was built; what they saw before is of no use any more. Throws StaleLease when another builds now. */
export async function finishRebuild(sql: Sql, building: number, held: Held): Promise<void> {
  const { condition, values } = whileHeld(held, 2);
  const finished = await sql.query(
    `update projection set current = $1, building = null, rebuilt_at = clock_timestamp()
     where building = $1 and ${condition} returning current`,
    [building, ...values],
  );
  if (finished.length === 0) throw new StaleLease(held);
}

const TABLES = ['view_event', 'order_details', 'user_order', 'recent_order'] as const;
const SWEPT_AT_ONCE = 5_000;
/** Lines which the list of recent orders keeps. */
const RECENT_KEPT = 1_000;

/** Removes rows of generations before the current one, a few at a time, and lines too old for the recent orders; true while there are more. */
export async function sweepFormer(sql: Sql): Promise<boolean> {
  let more = false;
  for (const table of TABLES) {
    const gone = await sql.query<{ one: number }>(
      `delete from ${table} where ctid = any(array(
         select ctid from ${table} where generation < (select current from projection) limit ${SWEPT_AT_ONCE}))
       returning 1 as one`,
    );
    more ||= gone.length === SWEPT_AT_ONCE;
  }
  await sql.query(
    `delete from recent_order where generation = (select current from projection) and created_at < (
       select created_at from recent_order where generation = (select current from projection)
       order by created_at desc offset ${RECENT_KEPT} limit 1)`,
  );
  return more;
}
