import { createHash } from 'node:crypto';
import type { Database } from './database.ts';
import { SHOP_ERRORS, ShopError } from './errors.ts';
import { protects } from './protections.ts';
import type { Perishable } from './retention.ts';

/** An answer as it is stored and replayed. */
export interface Reply {
  status: number;
  body: unknown;
}

export interface IdempotentRequest {
  /** By `scopeOf`: the same key in another scope is another request. */
  scope: string;
  key: string;
  payload: unknown;
}

/** A key belongs to its caller and to the route it came to: nobody meets the requests of another. */
export function scopeOf(caller: string | null, path: string): string {
  return `${caller ?? 'anonymous'} ${path}`;
}

export const IDEMPOTENCY_SCHEMA = `
  create table if not exists idempotency (
    scope text not null,
    key text not null,
    payload_hash text not null,
    status int,
    body jsonb,
    locked_until timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (scope, key)
  );
  create index if not exists idempotency_age on idempotency using brin (created_at)`;

/**
 * Whoever repeats a command after a week is answered by what its work finds in its own tables: the same, once more.
 */
export const OLD_KEYS: Perishable = {
  table: 'idempotency',
  over: `created_at < now() - interval '7 days' and locked_until < now()`,
};

/**
 * How long a running request keeps others with its key away, seconds. Longer than one peer timeout (3 s), so that it is
 * normally over; short enough that a crashed one can be repeated within a saga's budget.
 */
const LOCK_SECONDS = 4;

/**
 * The IETF draft's rules: no key 400, same key with another payload 422, still running 409, finished: the stored reply
 * again. Replies of 5xx (and throws) are never stored, so that the next attempt really tries. `work` runs outside of any
 * transaction of ours and must bear being repeated after a crash; its own table is what makes it single.
 */
export async function idempotent(
  db: Database,
  request: IdempotentRequest,
  work: () => Promise<Reply>,
): Promise<Reply> {
  if (!protects('idempotency-keys')) return work();
  const hash = payloadHash(request.payload);
  const replay = await claim(db, request, hash);
  if (replay) return replay;
  try {
    const reply = await work();
    if (reply.status < 500) return await store(db, request, reply);
    await release(db, request);
    return reply;
  } catch (error) {
    if (error instanceof ShopError && !SHOP_ERRORS[error.code].retry) {
      return store(db, request, { status: error.status, body: error.toBody() });
    }
    await release(db, request);
    throw error;
  }
}

/** The key of a request, or the refusal that it has none. */
export function requireKey(header: string | string[] | undefined): string {
  if (typeof header === 'string' && header.length > 0 && header.length <= 255) return header;
  throw new ShopError(
    'idempotency_key_missing',
    'the request has no usable Idempotency-Key',
    'Send an Idempotency-Key of at most 255 characters, the same one for each repetition.',
  );
}

interface StoredRow {
  payload_hash: string;
  status: number | null;
  body: unknown;
}

/** Takes the key (null), or gives the stored reply, or refuses. */
async function claim(db: Database, request: IdempotentRequest, hash: string): Promise<Reply | null> {
  const { scope, key } = request;
  const taken = await db.query(
    `insert into idempotency as i (scope, key, payload_hash, locked_until)
     values ($1, $2, $3, now() + make_interval(secs => $4))
     on conflict (scope, key) do update set locked_until = excluded.locked_until
       where i.status is null and i.locked_until < now() and i.payload_hash = excluded.payload_hash
     returning key`,
    [scope, key, hash, LOCK_SECONDS],
  );
  if (taken.length > 0) return null;
  const [row] = await db.query<StoredRow>(
    'select payload_hash, status, body from idempotency where scope = $1 and key = $2',
    [scope, key],
  );
  if (row && row.payload_hash !== hash) {
    throw new ShopError(
      'idempotency_mismatch',
      'this Idempotency-Key was used with another payload',
      'Use a new key for a new request.',
    );
  }
  if (row && row.status !== null) return { status: row.status, body: row.body };
  throw new ShopError(
    'idempotency_in_progress',
    'a request with this Idempotency-Key still runs',
    'Repeat it in a second with the same key.',
  );
}

/** Gives the reply that stands: the first to be finished, when one was slow and another took its key over. */
async function store(db: Database, { scope, key }: IdempotentRequest, reply: Reply): Promise<Reply> {
  const [stands] = await db.query<Reply & Record<string, unknown>>(
    `update idempotency set status = coalesce(status, $3), body = case when status is null then $4::jsonb else body end
     where scope = $1 and key = $2 returning status, body`,
    [scope, key, reply.status, JSON.stringify(reply.body)],
  );
  return stands ?? reply;
}

async function release(db: Database, request: IdempotentRequest): Promise<void> {
  await db.query(
    'update idempotency set locked_until = now() where scope = $1 and key = $2 and status is null',
    [request.scope, request.key],
  );
}

/** Canonical over key order, so that two clients' JSON of one meaning is one payload. */
export function payloadHash(payload: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(payload)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}
