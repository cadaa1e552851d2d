import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { DEMO_CUSTOMERS, DEMO_PASSWORD } from './api.ts';
import { hashPassword, isPassword } from './passwords.ts';

export const USER_SCHEMA = `
  create table if not exists customer (
    id text primary key,
    name text not null,
    password_hash text not null,
    created_at timestamptz not null default now()
  )`;

/** The people who may log in. */
export class Users {
  readonly #db: Database;
  /** Compared with when there is no such user, so that an answer does not tell by its time who exists. */
  readonly #nobody = hashPassword('nobody');
  #seeded = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Makes the demo customers, once. They share a password, so one hash serves all: seeding costs one derivation. */
  async seed(): Promise<void> {
    if (this.#seeded) return;
    const [row] = await this.#db.query<{ n: number }>('select count(*)::int as n from customer');
    this.#seeded = (row?.n ?? 0) >= DEMO_CUSTOMERS;
    if (this.#seeded) return;
    await this.#db.query(
      `insert into customer (id, name, password_hash)
       select 'user-' || i, 'Customer ' || i, $2 from generate_series(1, $1::int) as i
       union all values ('guest', 'Guest', $2), ('operator', 'Operator', $2)
       on conflict (id) do nothing`,
      [DEMO_CUSTOMERS, await hashPassword(DEMO_PASSWORD)],
    );
  }

  async find(id: string): Promise<{ id: string; name: string }> {
    const [row] = await this.#db.query<{ name: string }>('select name from customer where id = $1', [id]);
    if (row) return { id, name: row.name };
    throw new ShopError('not_found', `there is no customer ${id}`, 'Check the id.');
  }

  /** The user's name; throws `login_failed` for an unknown user and for a wrong password alike. */
  async login(id: string, password: string): Promise<{ id: string; name: string }> {
    const [row] = await this.#db.query<{ name: string; password_hash: string }>(
      'select name, password_hash from customer where id = $1',
      [id],
    );
    const right = await isPassword(password, row?.password_hash ?? (await this.#nobody));
    if (row && right) return { id, name: row.name };
    throw new ShopError(
      'login_failed',
      'there is no such user with this password',
      'Correct user and password.',
    );
  }
}
