import { z } from 'zod';
import { addCommand } from '../kit/command.ts';
import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { service } from '../kit/service.ts';
import { CancelShipmentRequest, ShipRequest } from './api.ts';
import { cancelShipment, SHIPMENT_SCHEMA, ship, shipmentsOf } from './shipments.ts';

const ShipmentsQuery = z.object({ orderId: z.string() });

/** The carrier allows ten calls at once; forty more may wait for a slot, the rest is refused at once. */
const CARRIER_BULKHEAD = { slots: 10, line: 40 };

await service({
  name: 'shipping',
  routes: (kit) => {
    const { app } = kit;
    const db = kit.database(`${IDEMPOTENCY_SCHEMA}; ${SHIPMENT_SCHEMA}`);
    const carrier = kit.peer('outside-world', { bulkhead: CARRIER_BULKHEAD });

    addCommand(app, db, '/shipments', ShipRequest, async (input, { key }) => {
      const tracking = await ship(db, carrier, key, input);
      return { status: 201, body: { shipment: key, tracking } };
    });

    addCommand(app, db, '/shipments/cancel', CancelShipmentRequest, async (input) => {
      const outcome = await cancelShipment(db, carrier, input);
      return { status: 201, body: { shipment: input.shipment, outcome } };
    });

    app.get('/shipments', async (request) => {
      const { orderId } = ShipmentsQuery.parse(request.query);
      return { shipments: await shipmentsOf(db, orderId) };
    });
  },
});
