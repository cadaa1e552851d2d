import { z } from 'zod';

/** How an order's saga runs: by orders' own engine, or by services that answer to each other's events. */
export const SagaMode = z.enum(['orchestrated', 'choreographed']);
export type SagaMode = z.infer<typeof SagaMode>;

/** Why an order ended without its goods. `rejected` was refused by the business, `exhausted` by nobody for certain. */
export const CancelCause = z.enum(['rejected', 'cancelled', 'exhausted', 'timed_out']);
export type CancelCause = z.infer<typeof CancelCause>;

const cents = z.number().int();
const reason = z.string();

/** What those who act next in a choreographed saga need of its order; nobody acts on it in an orchestrated one. */
const forPayment = z.object({ amount: cents, sealedCard: z.string(), address: z.string() }).optional();
const forShipping = z.object({ address: z.string() }).optional();

/**
 * What each event carries besides the head. Amounts in cents. A card's token is sealed (kit/sealed.ts): nobody but
 * payments can read it in a message.
 */
const DATA = {
  ORDER_CREATED: z.object({
    userId: z.string(),
    sku: z.string(),
    quantity: z.number().int(),
    amount: cents,
    sealedCard: z.string(),
    address: z.string(),
  }),
  INVENTORY_RESERVED: z.object({ sku: z.string(), quantity: z.number().int(), order: forPayment }),
  INVENTORY_RESERVATION_FAILED: z.object({ reason, cause: CancelCause }),
  PAYMENT_COMPLETED: z.object({ captured: cents, order: forShipping }),
  PAYMENT_FAILED: z.object({ reason, cause: CancelCause }),
  SHIPMENT_CREATED: z.object({ tracking: z.string() }),
  SHIPMENT_FAILED: z.object({ reason, cause: CancelCause }),
  ORDER_CONFIRMED: z.object({ userId: z.string(), amount: cents }),
  ORDER_CANCELLED: z.object({
    ...{ userId: z.string(), amount: cents, cause: CancelCause, reason },
    /** Told again only: a person has decided that this step's effect stays, or was undone by hand. */
    waived: z.enum(['reserve', 'charge', 'ship']).optional(),
  }),
  /** The watchdog gave an order up; ORDER_CANCELLED follows in the same commit. */
  ORDER_TIMED_OUT: z.object({ afterMs: z.number().int() }),
  /** A return of a confirmed order has ended: refunded and restocked. */
  ORDER_RETURNED: z.object({ userId: z.string(), refunded: cents }),
  INVENTORY_RELEASED: z.object({ outcome: z.enum(['released', 'tombstoned']) }),
  PAYMENT_REFUNDED: z.object({ outcome: z.enum(['refunded', 'voided']), refunded: cents }),
  SHIPMENT_CANCELLED: z.object({ outcome: z.enum(['cancelled', 'voided']) }),
  NOTIFICATION_SENT: z.object({ channel: z.string() }),
  NOTIFICATION_FAILED: z.object({ channel: z.string(), reason }),
} as const;

export type ShopEventType = keyof typeof DATA;
export type ShopEventData<Type extends ShopEventType = ShopEventType> = z.output<(typeof DATA)[Type]>;

/** The head of an event: what it is about. `stream` and `version` place it in its owner's event store. */
const Head = z.object({
  /** Unique; the message's id on every queue. */
  id: z.string(),
  orderId: z.string(),
  sagaId: z.string(),
  mode: SagaMode,
  /** `order:<id>`, `payment:<id>`; other owners name their aggregate likewise. */
  stream: z.string(),
  /** Counts the events of its stream, from 1, without gaps. */
  version: z.number().int().min(1),
  /** ISO 8601, of the owner's clock. */
  at: z.string(),
});
export type ShopEventHead = z.infer<typeof Head>;

export type ShopEvent = {
  [Type in ShopEventType]: ShopEventHead & { type: Type; data: ShopEventData<Type> };
}[ShopEventType];

export type ShopEventOf<Type extends ShopEventType> = Extract<ShopEvent, { type: Type }>;

const TYPES = Object.keys(DATA) as [ShopEventType, ...ShopEventType[]];

/** An event in the answer of a route; `parseShopEvent` reads it. */
export const ShopEventAnswer = Head.extend({ type: z.enum(TYPES), data: z.record(z.string(), z.unknown()) });

const Typed = z.object({ type: z.enum(TYPES) });

/** Made once: to build a schema costs far more than to parse with it. */
const EVENTS = new Map(
  TYPES.map((type) => [type, Head.extend({ type: z.literal(type), data: DATA[type] })] as const),
);

/** Reads a message's payload as an event; throws a ZodError for anything else. */
export function parseShopEvent(payload: unknown): ShopEvent {
  const event = EVENTS.get(Typed.parse(payload).type)?.parse(payload);
  // The parser of exactly this type has just accepted it.
  return event as ShopEvent;
}
