import type { Sql } from '../database.ts';
import { protects } from '../protections.ts';

/**
 * Who may do a thing that only one may do at a time, until when, and for the how-manieth time it changed hands: `epoch` is
 * the fencing token. Judged by the database's clock, the only one which all who want it share.
 */
export const LEASE_SCHEMA = `
  create table if not exists lease (
    name text primary key,
    owner text not null,
    epoch int not null,
    expires_at timestamptz not null
  )`;

export interface Held {
  name: string;
  owner: string;
  epoch: number;
}

/** The lease has gone to somebody else: what was to be written is refused. */
export class StaleLease extends Error {
  readonly lease: Held;

  constructor(lease: Held) {
    super(`${lease.owner} lost ${lease.name}: epoch ${lease.epoch} may not write any more`);
    this.name = 'StaleLease';
    this.lease = lease;
  }
}

/** Who asks: owners are named `<instance>/<life>`. */
export interface Claimant {
  owner: string;
  /** Given when no other living process has this instance name: leases of its former lives are over at once. */
  instance: string | null;
}

/** Takes a lease that is free or over, with the next epoch; null while somebody has it. */
export async function acquireLease(
  sql: Sql,
  name: string,
  { owner, instance }: Claimant,
  ttlMs: number,
): Promise<Held | null> {
  const [row] = await sql.query<{ epoch: number }>(
    `insert into lease as held (name, owner, epoch, expires_at)
     values ($1, $2, 1, clock_timestamp() + make_interval(secs => $4))
     on conflict (name) do update set owner = excluded.owner, epoch = held.epoch + 1, expires_at = excluded.expires_at
       where held.expires_at <= clock_timestamp() or held.owner = $2 or split_part(held.owner, '/', 1) = $3
     returning epoch`,
    [name, owner, instance, ttlMs / 1000],
  );
  return row ? { name, owner, epoch: row.epoch } : null;
}

/** Prolongs it; false when it has gone to somebody else. */
export async function renewLease(sql: Sql, { name, owner, epoch }: Held, ttlMs: number): Promise<boolean> {
  const rows = await sql.query(
    `update lease set expires_at = clock_timestamp() + make_interval(secs => $4)
     where name = $1 and owner = $2 and epoch = $3 returning name`,
    [name, owner, epoch, ttlMs / 1000],
  );
  return rows.length > 0;
}

/** Gives it back before its time. */
export async function releaseLease(sql: Sql, { name, owner, epoch }: Held): Promise<void> {
  await sql.query(
    'update lease set expires_at = clock_timestamp() where name = $1 and owner = $2 and epoch = $3',
    [name, owner, epoch],
  );
}

/** A condition for an SQL statement, with its parameters. */
export interface Fence {
  condition: string;
  values: unknown[];
}

/**
 * True in a statement that writes while the lease is held still: whoever takes it over waits until the statement's
 * transaction has ended, so nothing is written under an epoch which is not the newest. Parameters begin at `$first`.
 */
export function whileHeld({ name, owner, epoch }: Held, first: number): Fence {
  if (!protects('fencing')) return { condition: 'true', values: [] };
  const condition = `exists (select from lease
    where name = $${first} and owner = $${first + 1} and epoch = $${first + 2} for share)`;
  return { condition, values: [name, owner, epoch] };
}
