import { emptyTimeline, type Timeline, type TrafficCell } from '@stormglass/agents/contract';
import { breakerSample, queueSample, trafficCell } from '../../../live/testing/telemetry.ts';

type Callees = Readonly<Record<string, readonly string[]>>;

/** Who called whom in two minutes of the whole shop under its usual load, as recorded; so are the lists below. */
const CALLS: Callees = {
  catalog: ['identity'],
  gateway: ['catalog', 'identity', 'orders', 'orderview', 'shipping'],
  identity: ['identity'],
  inventory: ['identity'],
  loadgen: ['gateway'],
  notifications: ['outside-world'],
  orders: ['identity', 'inventory', 'payments', 'shipping'],
  orderview: ['identity'],
  payments: ['identity', 'outside-world'],
  registry: [
    '127.0.0.1:38795',
    'catalog',
    'gateway',
    'identity',
    'inventory',
    'notifications',
    'orders',
    'orderview',
    'outside-world',
    'payments',
    'registry',
    'shipping',
  ],
  shipping: ['identity', 'outside-world'],
};

/** Into which queues. */
const SENDS: Callees = {
  inventory: ['orders.events', 'payments.events'],
  notifications: ['notifications.email', 'notifications.push', 'notifications.sms', 'orderview.events'],
  orders: ['inventory.events', 'notifications', 'orderview.events', 'payments.events', 'shipping.events'],
  payments: ['inventory.events', 'orders.events', 'orderview.events', 'shipping.events'],
  shipping: ['inventory.events', 'orders.events', 'orderview.events', 'payments.events'],
};

/** Out of which queues. */
const TAKES: Callees = {
  inventory: ['inventory.events'],
  notifications: ['notifications', 'notifications.email', 'notifications.push', 'notifications.sms'],
  orders: ['orders.events'],
  orderview: ['orderview.events'],
  payments: ['payments.events'],
  shipping: ['shipping.events'],
};

/** Whom the breakers of a service guard, by the names which they use. */
const GUARDS: Callees = {
  auditor: ['identity-tokens'],
  catalog: ['identity-tokens', 'registry'],
  gateway: ['catalog', 'identity', 'identity-tokens', 'orders', 'orderview', 'registry', 'shipping'],
  identity: ['identity-tokens', 'registry'],
  inventory: ['identity-tokens', 'registry'],
  loadgen: ['identity-tokens', 'registry'],
  notifications: ['identity-tokens', 'outside-world', 'registry'],
  orders: ['identity-tokens', 'inventory', 'payments', 'registry', 'shipping'],
  orderview: ['identity-tokens', 'notifications', 'orders', 'payments', 'registry', 'shipping'],
  'outside-world': ['identity-tokens', 'registry'],
  payments: ['identity-tokens', 'outside-world', 'registry'],
  registry: ['identity-tokens', 'registry'],
  shipping: ['identity-tokens', 'outside-world', 'registry'],
};

const SERVING = [
  'catalog',
  'gateway',
  'identity',
  'inventory',
  'notifications',
  'orders',
  'orderview',
  'outside-world',
  'payments',
  'shipping',
];
const QUEUES = [
  'inventory.events',
  'notifications',
  'notifications.email',
  'notifications.push',
  'notifications.sms',
  'orders.events',
  'orderview.events',
  'payments.events',
  'shipping.events',
];

function cells(kind: TrafficCell['kind'], second: number, by: Callees): TrafficCell[] {
  return Object.entries(by).flatMap(([service, peers]) =>
    peers.map((peer) => trafficCell({ second, kind, service, peer, operation: '' })),
  );
}

/** The shop as it stands on the map: each connection once, in the second that ends at `at`, epoch ms. */
export function shopTimeline(at: number): Timeline {
  const second = Math.floor(at / 1000);
  return {
    ...emptyTimeline(),
    traffic: [
      ...SERVING.map((service) => trafficCell({ second, service })),
      ...cells('client', second, CALLS),
      ...cells('producer', second, SENDS),
      ...cells('consumer', second, TAKES),
      ...SERVING.filter((service) => service !== 'gateway').map((service) =>
        trafficCell({ second, kind: 'db', service, peer: service, operation: '' }),
      ),
    ],
    breakers: Object.entries(GUARDS).flatMap(([service, peers]) =>
      peers.map((peer) => breakerSample(at - 500, { service, instance: `${service}-1`, name: peer, peer })),
    ),
    queues: QUEUES.map((queue) => queueSample(at - 500, { queue })),
  };
}
