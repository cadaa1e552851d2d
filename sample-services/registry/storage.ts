import type { Database } from '../kit/database.ts';
import { Registration } from '../kit/discovery/protocol.ts';

export const REGISTRY_SCHEMA = `
  create table if not exists instance (
    id text primary key,
    registration jsonb not null,
    saved_at timestamptz not null default now()
  )`;

/** What a registry that starts again begins with. */
export async function loadRegistrations(db: Database): Promise<Registration[]> {
  const rows = await db.query<{ registration: unknown }>('select registration from instance order by id');
  return rows.flatMap(({ registration }) => {
    const parsed = Registration.safeParse(registration);
    // An older version's row that no longer fits: its instance will register again.
    return parsed.success ? [parsed.data] : [];
  });
}

/** Makes the table say exactly this, in one statement. */
export async function saveRegistrations(db: Database, all: readonly Registration[]): Promise<void> {
  await db.query(
    `with given as (
       select r->>'instance' as id, r as registration from jsonb_array_elements($1::jsonb) as r),
     gone as (delete from instance where id not in (select id from given))
     insert into instance (id, registration) select id, registration from given
     on conflict (id) do update set registration = excluded.registration, saved_at = now()
       where instance.registration <> excluded.registration`,
    [JSON.stringify(all)],
  );
}
