import type { z } from 'zod';
import { demandOnce } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { LabelAnswer } from '../outside-world/api.ts';
import type { ReturnRequest } from './api.ts';

/** Has the carrier collect a parcel from its customer, once for each id. Gives its tracking number. */
export async function collect(
  carrier: Peer,
  id: string,
  { orderId, address }: z.output<typeof ReturnRequest>,
): Promise<string> {
  const { tracking } = await demandOnce(carrier, {
    path: '/carrier/returns',
    payload: { reference: id, orderId, address },
    key: id,
    answer: LabelAnswer,
  });
  return tracking;
}
