import { z } from 'zod';
import { addEventFeed } from '../events/feed.ts';
import { listen } from '../events/listen.ts';
import { QUEUES } from '../events/queues.ts';
import { addCommand } from '../kit/command.ts';
import { OLD_KEYS } from '../kit/idempotency.ts';
import { OLD_MARKS } from '../kit/inbox.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { service } from '../kit/service.ts';
import { startUndoing } from '../kit/undoing.ts';
import {
  CancelShipmentAnswer,
  CancelShipmentRequest,
  ReturnAnswer,
  ReturnRequest,
  ShipAnswer,
  ShipmentsAnswer,
  ShipRequest,
} from './api.ts';
import { shippingHandlers, undoShipment } from './choreography.ts';
import { commandCancel, commandShip } from './commands.ts';
import { collect } from './returns.ts';
import { SHIPPING_SCHEMA } from './schema.ts';
import { shipmentsOf } from './shipments.ts';

const ShipmentsQuery = z.object({ orderId: z.string() });

/** The carrier allows ten calls at once; forty more may wait for a slot, the rest is refused at once. */
const CARRIER_BULKHEAD = { bulkheadSlots: 10, bulkheadLine: 40 };

await service({
  name: 'shipping',
  protections: ['idempotency-keys', 'outbox', 'inbox', 'fencing', 'tombstones', 'one-way-calls'],
  routes: (kit) => {
    const { app, log, random } = kit;
    const db = kit.database(SHIPPING_SCHEMA);
    const broker = kit.broker();
    kit.relay(db, broker, Object.values(QUEUES));
    kit.forget(db, [OLD_KEYS, OLD_MARKS]);
    const carrier = kit.peer('outside-world', CARRIER_BULKHEAD);
    // Opened when it is first used: otherwise the registry would see a circle of dependencies.
    let caller: Peer | null = null;
    const orders = () => {
      if (kit.reaches('orders')) caller ??= kit.peer('orders');
      return caller;
    };
    const undoing = startUndoing({
      ...{ db, log, random, table: 'shipment' },
      undo: (id, attempt) => undoShipment(db, carrier, id, attempt),
    });
    kit.onStop(() => undoing.stop());
    listen({ db, broker, log, queue: QUEUES.shipping, handlers: shippingHandlers(db, carrier) });

    addCommand(app, db, {
      path: '/shipments',
      summary: 'Buy a label of the carrier',
      permission: 'shipping:ship',
      body: ShipRequest,
      answer: ShipAnswer,
      work: async (input, { key }) => ({
        shipment: key,
        tracking: await commandShip({ db, carrier, orders }, key, input),
      }),
    });

    addCommand(app, db, {
      path: '/shipments/cancel',
      summary: 'Cancel a label, or refuse for good one that never came',
      permission: 'shipping:ship',
      body: CancelShipmentRequest,
      answer: CancelShipmentAnswer,
      work: async (input) => ({
        shipment: input.shipment,
        outcome: await commandCancel(db, carrier, input),
      }),
    });

    addCommand(app, db, {
      path: '/returns',
      summary: 'Have the carrier collect a parcel from its customer',
      permission: 'shipping:ship',
      body: ReturnRequest,
      answer: ReturnAnswer,
      work: async (input, { key }) => ({ return: key, tracking: await collect(carrier, key, input) }),
    });

    const shipmentsRoute = {
      schema: {
        summary: 'Shipments of an order',
        querystring: ShipmentsQuery,
        response: { 200: ShipmentsAnswer },
      },
      config: { permission: 'shipping:read' },
    } as const;
    app.get('/shipments', shipmentsRoute, async (request) => {
      const { orderId } = request.query;
      return { shipments: await shipmentsOf(db, orderId) };
    });
    addEventFeed(app, db, 'shipping:read');
  },
});
