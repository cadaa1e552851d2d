import type { z } from 'zod';
import type { Subject } from '../events/record.ts';
import { ShopError } from '../kit/errors.ts';
import { demandOnce } from '../kit/peer/demand.ts';
import type { PeerOutcome } from '../kit/peer/outcome.ts';
import type { Peer } from '../kit/peer/peer.ts';
import type { Seal } from '../kit/sealed.ts';
import { CaptureAnswer, RefundAnswer } from '../outside-world/api.ts';
import type { Charge } from './charges.ts';

/** The payment provider. It knows a charge by its id: asked again it gives the same answer. */
export class Provider {
  readonly #peer: Peer;
  readonly #seal: Seal;

  constructor(peer: Peer, seal: Seal) {
    this.#peer = peer;
    this.#seal = seal;
  }

  get name(): string {
    return this.#peer.name;
  }

  /** Repeating is the saga's business; two layers that repeat multiply the load on a provider in trouble. */
  async capture(charge: Charge, sealedCard: string): Promise<PeerOutcome<z.output<typeof CaptureAnswer>>> {
    const { id, orderId, amount } = charge;
    const cardToken = this.#open(sealedCard);
    if (cardToken === null) {
      const { status } = new ShopError('card_declined', '', '');
      return { kind: 'rejected', status, code: 'card_declined', message: 'the card cannot be read' };
    }
    return this.#peer.post(
      '/provider/captures',
      { reference: id, orderId, amount, cardToken },
      { answer: CaptureAnswer, idempotencyKey: id, attempts: 1 },
    );
  }

  /** Gives back what was captured under the charge's id, or voids it for good; throws while that is not certain. */
  refund(id: string, { orderId }: Pick<Subject, 'orderId'>): Promise<z.output<typeof RefundAnswer>> {
    return demandOnce(this.#peer, {
      path: '/provider/refunds',
      payload: { reference: id, orderId },
      key: `${id}/refund`,
      answer: RefundAnswer,
    });
  }

  /** null for a card which somebody else has sealed: no provider would take it. */
  #open(sealedCard: string): string | null {
    try {
      return this.#seal.open(sealedCard);
    } catch {
      return null;
    }
  }
}
