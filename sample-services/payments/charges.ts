import type { z } from 'zod';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { demandOk, demandOnce } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import type { Seal } from '../kit/sealed.ts';
import { CaptureAnswer, RefundAnswer } from '../outside-world/api.ts';
import type { ChargeRequest, RefundChargeRequest } from './api.ts';

/**
 * A charge is written before the provider is called and settled after. A refund of a charge never seen leaves its row as
 * a tombstone (`refunding` / `voided`), which refuses the charge if it comes late.
 *
 * The ledger is double entry: each movement is two rows of opposite sign. `unique (charge, kind, account)` lets both the
 * charge and its refund write what the provider told them, in whichever order they finish.
 */
export const CHARGE_SCHEMA = `
  create table if not exists charge (
    id text primary key,
    order_id text not null,
    amount bigint not null default 0,
    status text not null check (status in ('pending', 'captured', 'declined', 'refunding', 'refunded', 'voided')),
    updated_at timestamptz not null default now()
  );
  create index if not exists charge_order on charge (order_id);
  create table if not exists ledger (
    seq bigserial primary key,
    charge text not null,
    order_id text not null,
    kind text not null check (kind in ('capture', 'refund')),
    account text not null,
    amount bigint not null,
    at timestamptz not null default now(),
    unique (charge, kind, account)
  );
  create index if not exists ledger_order on ledger (order_id)`;

export interface ChargeParts {
  db: Database;
  provider: Peer;
  seal: Seal;
}

/** Captures the amount at the provider, once for each id. */
export async function charge(
  { db, provider, seal }: ChargeParts,
  id: string,
  input: z.output<typeof ChargeRequest>,
): Promise<number> {
  const cardToken = openCard(seal, input.sealedCard);
  const fresh = await db.query<{ id: string }>(
    `insert into charge (id, order_id, amount, status) values ($1, $2, $3, 'pending')
     on conflict (id) do nothing returning id`,
    [id, input.orderId, input.amount],
  );
  if (fresh.length === 0) await demandChargeable(db, id);
  const outcome = await provider.post(
    '/provider/captures',
    { reference: id, orderId: input.orderId, amount: input.amount, cardToken },
    // Repeating is the saga's business; two layers that repeat multiply the load on a provider in trouble.
    { answer: CaptureAnswer, idempotencyKey: id, attempts: 1 },
  );
  if (outcome.kind === 'rejected' && outcome.code === 'card_declined') {
    await db.query(
      `update charge set status = 'declined', updated_at = now() where id = $1 and status = 'pending'`,
      [id],
    );
  }
  const { captured } = demandOk(outcome, provider.name);
  await settle(db, { charge: id, orderId: input.orderId, status: 'captured', captured, refunded: 0 });
  return captured;
}

/** Gives back what was captured under the charge's id, or voids it for good. Repeatable. */
export async function refund(
  { db, provider }: Pick<ChargeParts, 'db' | 'provider'>,
  input: z.output<typeof RefundChargeRequest>,
): Promise<z.output<typeof RefundAnswer>> {
  await db.query(
    `insert into charge as c (id, order_id, status) values ($1, $2, 'refunding')
     on conflict (id) do update set status = 'refunding', updated_at = now()
       where c.status in ('pending', 'captured', 'declined')`,
    [input.charge, input.orderId],
  );
  const answer = await demandOnce(provider, {
    path: '/provider/refunds',
    payload: { reference: input.charge, orderId: input.orderId },
    key: `${input.charge}/refund`,
    answer: RefundAnswer,
  });
  // What was refunded was captured, though the provider's answer to the charge may never have reached us.
  const { refunded } = answer;
  await settle(db, {
    charge: input.charge,
    orderId: input.orderId,
    status: answer.outcome,
    captured: refunded,
    refunded,
  });
  return answer;
}

interface Settlement {
  charge: string;
  orderId: string;
  status: 'captured' | 'refunded' | 'voided';
  /** Cents, as the provider says. */
  captured: number;
  refunded: number;
}

/**
 * The charge's new state and its movements in the ledger, in one statement. A late `captured` does not overwrite a refund
 * that came first, but its movement is booked: the provider's books are the truth.
 */
async function settle(
  db: Database,
  { charge, orderId, status, captured, refunded }: Settlement,
): Promise<void> {
  await db.query(
    `with settled as (
       update charge set status = $3, updated_at = now()
       where id = $1 and ($3 <> 'captured' or status = 'pending'))
     insert into ledger (charge, order_id, kind, account, amount)
     select $1, $2, kind, account, amount from (values
       ('capture', 'provider', $4::bigint), ('capture', 'revenue', -$4::bigint),
       ('refund', 'provider', -$5::bigint), ('refund', 'revenue', $5::bigint)) movement (kind, account, amount)
     where amount <> 0
     on conflict (charge, kind, account) do nothing`,
    [charge, orderId, status, captured, refunded],
  );
}

/** A card which cannot be opened was sealed by somebody else: no provider would take it. */
function openCard(seal: Seal, sealed: string): string {
  try {
    return seal.open(sealed);
  } catch (cause) {
    throw new ShopError('card_declined', 'the card cannot be read', 'Pay with another card.', { cause });
  }
}

async function demandChargeable(db: Database, id: string): Promise<void> {
  const [row] = await db.query<{ status: string }>('select status from charge where id = $1', [id]);
  // declined: the provider gives the same answer again; pending and captured: so does its idempotency.
  if (row && ['pending', 'captured', 'declined'].includes(row.status)) return;
  throw new ShopError(
    'already_compensated',
    `charge ${id} was refunded before it came`,
    'Start a new order; this one was given up.',
  );
}
