import type { z } from 'zod';
import type { Subject } from '../events/record.ts';
import { demandOnce } from '../kit/peer/demand.ts';
import type { PeerOutcome } from '../kit/peer/outcome.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { LabelAnswer, LabelCancelAnswer } from '../outside-world/api.ts';

/** Buys a label under the shipment's id. Repeating is the saga's business. */
export function buyLabel(
  carrier: Peer,
  id: string,
  { orderId, address }: { orderId: string; address: string },
): Promise<PeerOutcome<z.output<typeof LabelAnswer>>> {
  return carrier.post(
    '/carrier/labels',
    { reference: id, orderId, address },
    { answer: LabelAnswer, idempotencyKey: id, attempts: 1 },
  );
}

/** Cancels the label, or voids it for good; throws while that is not certain. */
export async function cancelLabel(
  carrier: Peer,
  id: string,
  { orderId }: Pick<Subject, 'orderId'>,
): Promise<z.output<typeof LabelCancelAnswer>['outcome']> {
  const { outcome } = await demandOnce(carrier, {
    path: '/carrier/labels/cancel',
    payload: { reference: id, orderId },
    key: `${id}/cancel`,
    answer: LabelCancelAnswer,
  });
  return outcome;
}
