import { z } from 'zod';
import { addCommand } from '../kit/command.ts';
import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { service } from '../kit/service.ts';
import {
  CancelShipmentAnswer,
  CancelShipmentRequest,
  ReturnAnswer,
  ReturnRequest,
  ShipAnswer,
  ShipmentsAnswer,
  ShipRequest,
} from './api.ts';
import { collect } from './returns.ts';
import { cancelShipment, SHIPMENT_SCHEMA, ship, shipmentsOf } from './shipments.ts';

const ShipmentsQuery = z.object({ orderId: z.string() });

/** The carrier allows ten calls at once; forty more may wait for a slot, the rest is refused at once. */
const CARRIER_BULKHEAD = { bulkheadSlots: 10, bulkheadLine: 40 };

await service({
  name: 'shipping',
  routes: (kit) => {
    const { app } = kit;
    const db = kit.database(`${IDEMPOTENCY_SCHEMA}; ${SHIPMENT_SCHEMA}`);
    const carrier = kit.peer('outside-world', CARRIER_BULKHEAD);

    addCommand(app, db, {
      path: '/shipments',
      summary: 'Buy a label of the carrier',
      permission: 'shipping:ship',
      body: ShipRequest,
      answer: ShipAnswer,
      work: async (input, { key }) => ({ shipment: key, tracking: await ship(db, carrier, key, input) }),
    });

    addCommand(app, db, {
      path: '/shipments/cancel',
      summary: 'Cancel a label, or refuse for good one that never came',
      permission: 'shipping:ship',
      body: CancelShipmentRequest,
      answer: CancelShipmentAnswer,
      work: async (input) => ({
        shipment: input.shipment,
        outcome: await cancelShipment(db, carrier, input),
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
  },
});
