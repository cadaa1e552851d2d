import { ask } from '../testing/postgres.ts';

/** `$1`..`$2`: numbers of the orders. Ids follow from them, so that databases agree without talking. */
const EACH = 'from generate_series($1::int, $2::int) i';
const ID = (what: string) => `md5('${what}' || i)::uuid`;
const ORDER = `'order-' || i`;
const SAGA = `'saga-' || i`;
const META = `jsonb_build_object('orderId', ${ORDER}, 'sagaId', ${SAGA}, 'mode', 'orchestrated')`;
const AMOUNT = 4_200;

const event = (stream: string, version: number, type: string, data: string) => `
  insert into event (id, stream, version, type, data, meta, at)
  select ${ID(type)}, ${stream}, ${version}, '${type}', ${data}, ${META}, now() - interval '1 hour' ${EACH}`;
const handled = (queue: string, types: readonly string[]) =>
  types.map(
    (type) => `insert into inbox (message_id, consumer) select ${ID(type)}::text, '${queue}' ${EACH}`,
  );

const CREATED = `jsonb_build_object('userId', 'user-' || i % 200, 'sku', 'sku-01', 'quantity', 1, 'amount', ${AMOUNT},
  'sealedCard', 'x', 'address', 'y')`;
const DETAILS = `jsonb_build_object('orderId', ${ORDER}, 'status', 'CONFIRMED', 'version', 2, 'amount', ${AMOUNT},
  'userId', 'user-' || i % 200)`;
const JOURNAL = ['reserve', 'charge', 'ship'].flatMap((step) =>
  ['INTENT', 'OK'].map((status) => `('${step}', '${status}')`),
);

/** Statements of each database that make delivered orders, as the shop leaves them. */
const STATEMENTS: Readonly<Record<string, readonly string[]>> = {
  orders: [
    event(`'order:' || ${ORDER}`, 1, 'ORDER_CREATED', CREATED),
    event(
      `'order:' || ${ORDER}`,
      2,
      'ORDER_CONFIRMED',
      `jsonb_build_object('userId', 'user-' || i % 200, 'amount', ${AMOUNT})`,
    ),
    `insert into order_head (id, saga_id, user_id, amount, mode, status, version, request_key, request_hash)
     select ${ORDER}, ${SAGA}, 'user-' || i % 200, ${AMOUNT}, 'orchestrated', 'CONFIRMED', 2, 'key-' || i, '' ${EACH}`,
    `insert into saga (id, type, mode, order_id, owner, epoch, lease_until, carrier, outcome, ended_at)
     select ${SAGA}, 'create-order', 'orchestrated', ${ORDER}, 'orders-1/x', 1, now(), '{}', 'confirmed', now() ${EACH}`,
    `insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key)
     select ${SAGA}, step, 'action', status, 1, 1, 'orders-1/x', '' ${EACH}, (values ${JOURNAL}) j (step, status)`,
  ],
  inventory: [
    `insert into reservation (id, order_id, sku, quantity, status)
     select ${SAGA} || ':reserve:action', ${ORDER}, 'sku-01', 1, 'reserved' ${EACH}`,
    `update stock set available = available - n, reserved = reserved + n from (select count(*) as n ${EACH}) more
     where sku = 'sku-01'`,
  ],
  payments: [
    `insert into charge (id, order_id, amount, status)
     select ${SAGA} || ':charge:action', ${ORDER}, ${AMOUNT}, 'captured' ${EACH}`,
    `insert into ledger (charge, order_id, kind, account, amount)
     select ${SAGA} || ':charge:action', ${ORDER}, 'capture', account, amount ${EACH},
       (values ('provider', ${AMOUNT}), ('revenue', -${AMOUNT})) entry (account, amount)`,
    event(
      `'payment:' || ${SAGA} || ':charge:action'`,
      1,
      'PAYMENT_COMPLETED',
      `jsonb_build_object('captured', ${AMOUNT})`,
    ),
  ],
  shipping: [
    `insert into shipment (id, order_id, status, tracking)
     select ${SAGA} || ':ship:action', ${ORDER}, 'created', 'SG' ${EACH}`,
    event(`'shipment:' || ${SAGA} || ':ship:action'`, 1, 'SHIPMENT_CREATED', `'{"tracking": "SG"}'::jsonb`),
  ],
  'outside-world': [
    `insert into provider_statement (kind, reference, order_id, amount)
     select 'capture', ${SAGA} || ':charge:action', ${ORDER}, ${AMOUNT} ${EACH}`,
    `insert into carrier_statement (kind, reference, order_id)
     select 'label', ${SAGA} || ':ship:action', ${ORDER} ${EACH}`,
    `insert into mail_statement (kind, reference, order_id)
     select kind, ${ID('mail')}::text, ${ORDER} ${EACH}, (values ('email'), ('sms'), ('push')) c (kind)`,
  ],
  notifications: [
    `insert into notice (message_id, channel, order_id, subject, status, version)
     select ${ID('mail')}::text, channel, ${ORDER}, 'x', 'sent', 0 ${EACH}, (values ('email'), ('sms'), ('push')) c (channel)`,
    ...handled('notifications', ['ORDER_CONFIRMED']),
    ...['email', 'sms', 'push'].flatMap((channel) => handled(`notifications.${channel}`, ['mail'])),
  ],
  orderview: [
    `insert into order_details (generation, order_id, details) select 1, ${ORDER}, ${DETAILS} ${EACH}`,
    `insert into user_order (generation, user_id, order_id, created_at, line)
     select 1, 'user-' || i % 200, ${ORDER}, now(), '{"status": "CONFIRMED"}' ${EACH}`,
    ...handled('orderview.events', [
      'ORDER_CREATED',
      'ORDER_CONFIRMED',
      'PAYMENT_COMPLETED',
      'SHIPMENT_CREATED',
    ]),
  ],
};

/** Puts orders `from`..`to` into every database. */
export async function addDelivered(
  databases: Readonly<Record<string, string>>,
  from: number,
  to: number,
): Promise<void> {
  for (const [name, statements] of Object.entries(STATEMENTS)) {
    for (const text of statements) await ask(databases[name] ?? '', text, [from, to]);
  }
}
