import { type Clock, systemClock } from '../kit/clock.ts';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { hash32, seededRandom } from '../kit/random.ts';
import { type Kit, service } from '../kit/service.ts';
import {
  CaptureAnswer,
  CaptureRequest,
  CHANNELS,
  DECLINED_CARD,
  LabelAnswer,
  LabelCancelAnswer,
  LabelCancelRequest,
  LabelRequest,
  MessageAnswer,
  MessageRequest,
  RefundAnswer,
  RefundRequest,
  ReturnLabelRequest,
  StatementAnswer,
  StatementQuery,
  UNDELIVERABLE_CODE,
} from './api.ts';
import {
  append,
  perform,
  type Reversible,
  readStatement,
  reverse,
  STATEMENT_SCHEMA,
  type StatementTable,
} from './statement.ts';

const CAPTURE: Reversible = { table: 'provider_statement', does: 'capture', undoes: 'refund', voids: 'void' };
const LABEL: Reversible = { table: 'carrier_statement', does: 'label', undoes: 'cancel', voids: 'void' };

/** A provider over the internet: 2 to 20 ms, the same for the same reference. */
function latency(clock: Clock, reference: string): Promise<void> {
  return clock.sleep(2 + 18 * seededRandom(hash32(reference))());
}

function addProvider({ app }: Kit, db: Database, clock: Clock): void {
  const captures = {
    schema: { summary: 'Capture money', body: CaptureRequest, response: { 201: CaptureAnswer } },
    config: { permission: 'open' },
  } as const;
  app.post('/provider/captures', captures, async (request, reply) => {
    const input = request.body;
    await latency(clock, input.reference);
    if (input.cardToken === DECLINED_CARD) {
      throw new ShopError('card_declined', 'the card was declined by its bank', 'Pay with another card.');
    }
    await perform(db, CAPTURE, input);
    return reply.status(201).send({ reference: input.reference, captured: input.amount });
  });
  const refunds = {
    schema: {
      summary: 'Refund a capture, or void one that never came',
      body: RefundRequest,
      response: { 201: RefundAnswer },
    },
    config: { permission: 'open' },
  } as const;
  app.post('/provider/refunds', refunds, async (request, reply) => {
    const input = request.body;
    await latency(clock, input.reference);
    const { undone, amount } = await reverse(db, CAPTURE, input);
    const outcome = undone ? 'refunded' : 'voided';
    return reply.status(201).send({ reference: input.reference, outcome, refunded: amount });
  });
}

function addCarrier({ app }: Kit, db: Database, clock: Clock): void {
  const labels = {
    schema: { summary: 'Buy a label', body: LabelRequest, response: { 201: LabelAnswer } },
    config: { permission: 'open' },
  } as const;
  app.post('/carrier/labels', labels, async (request, reply) => {
    const input = request.body;
    await latency(clock, input.reference);
    if (input.address.includes(UNDELIVERABLE_CODE)) {
      throw new ShopError(
        'undeliverable_address',
        'the carrier does not serve this address',
        'Correct the address.',
      );
    }
    await perform(db, LABEL, { reference: input.reference, orderId: input.orderId, amount: 0 });
    return reply.status(201).send({ reference: input.reference, tracking: trackingOf(input.reference) });
  });
  const cancels = {
    schema: {
      summary: 'Cancel a label, or void one that never came',
      body: LabelCancelRequest,
      response: { 201: LabelCancelAnswer },
    },
    config: { permission: 'open' },
  } as const;
  app.post('/carrier/labels/cancel', cancels, async (request, reply) => {
    const input = request.body;
    await latency(clock, input.reference);
    const { undone } = await reverse(db, LABEL, input);
    return reply.status(201).send({ reference: input.reference, outcome: undone ? 'cancelled' : 'voided' });
  });
}

function addReturns({ app }: Kit, db: Database, clock: Clock): void {
  const returns = {
    schema: {
      summary: 'Collect a parcel from its customer',
      body: ReturnLabelRequest,
      response: { 201: LabelAnswer },
    },
    config: { permission: 'open' },
  } as const;
  app.post('/carrier/returns', returns, async (request, reply) => {
    const { reference, orderId } = request.body;
    await latency(clock, reference);
    await append(db, 'carrier_statement', { kind: 'return', reference, orderId, amount: 0 });
    return reply.status(201).send({ reference, tracking: trackingOf(reference) });
  });
}

/** The same for the same reference. */
function trackingOf(reference: string): string {
  return `SG${hash32(reference).toString().padStart(10, '0')}`;
}

function addMessages({ app }: Kit, db: Database, clock: Clock): void {
  for (const kind of CHANNELS) {
    const messages = {
      schema: {
        summary: `Send a message by ${kind}`,
        body: MessageRequest,
        response: { 202: MessageAnswer },
      },
      config: { permission: 'open' },
    } as const;
    app.post(`/messages/${kind}`, messages, async (request, reply) => {
      const input = request.body;
      await latency(clock, input.messageId);
      const entry = { kind, reference: input.messageId, orderId: input.orderId, amount: 0 };
      await append(db, 'mail_statement', entry);
      return reply.status(202).send({ messageId: input.messageId, accepted: true as const });
    });
  }
}

function addStatement({ app }: Kit, db: Database, path: string, table: StatementTable): void {
  const statement = {
    schema: {
      summary: 'What this witness saw, oldest first',
      querystring: StatementQuery,
      response: { 200: StatementAnswer },
    },
    config: { permission: 'open' },
  } as const;
  app.get(path, statement, async (request) => {
    const { orderId } = request.query;
    const entries = await readStatement(db, table, orderId);
    const sum = (kind: string) => entries.reduce((all, e) => all + (e.kind === kind ? e.amount : 0), 0);
    return { entries, captured: sum('capture'), refunded: sum('refund') };
  });
}

await service({
  name: 'outside-world',
  routes: (kit) => {
    const db = kit.database(STATEMENT_SCHEMA);
    addProvider(kit, db, systemClock);
    addCarrier(kit, db, systemClock);
    addReturns(kit, db, systemClock);
    addMessages(kit, db, systemClock);
    addStatement(kit, db, '/provider/statement', 'provider_statement');
    addStatement(kit, db, '/carrier/statement', 'carrier_statement');
    addStatement(kit, db, '/messages/statement', 'mail_statement');
  },
});
