import type { z } from 'zod';
import { sagaIdOf } from '../events/steps.ts';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { RefundAnswer } from '../outside-world/api.ts';
import type { ChargeRequest, RefundChargeRequest } from './api.ts';
import { beginRefund, openCharge, settleCaptured, settleDeclined, settleRefund } from './charges.ts';
import type { Provider } from './provider.ts';

/** Captures the amount at the provider for an orchestrator, once for each id. */
export async function commandCharge(
  db: Database,
  provider: Provider,
  id: string,
  { orderId, amount, sealedCard }: z.output<typeof ChargeRequest>,
): Promise<number> {
  const charge = { id, orderId, amount, sagaId: sagaIdOf(id), mode: 'orchestrated' } as const;
  if (!(await openCharge(db, charge))) {
    throw new ShopError(
      'already_compensated',
      `charge ${id} was refunded before it came`,
      'Start a new order; this one was given up.',
    );
  }
  const outcome = await provider.capture(charge, sealedCard);
  if (outcome.kind === 'rejected' && outcome.code === 'card_declined') {
    await db.transaction((tx) => settleDeclined(tx, id, outcome.message));
  }
  const { captured } = demandOk(outcome, provider.name);
  await db.transaction((tx) => settleCaptured(tx, { id, captured }));
  return captured;
}

/** Gives back what was captured under the charge's id, or voids it for good. Repeatable. */
export async function commandRefund(
  db: Database,
  provider: Provider,
  { charge, orderId }: z.output<typeof RefundChargeRequest>,
): Promise<Pick<z.output<typeof RefundAnswer>, 'outcome' | 'refunded'>> {
  const subject = { orderId, sagaId: sagaIdOf(charge), mode: 'orchestrated' } as const;
  const refunding = await beginRefund(db, charge, subject);
  if (refunding === 'forgotten') return { outcome: 'voided', refunded: 0 };
  // Asked for in any other case: a call of ours may still be on its way, and a repetition wants the answer once more.
  const answer = await provider.refund(charge, subject);
  await db.transaction((tx) => settleRefund(tx, charge, answer));
  return answer;
}
