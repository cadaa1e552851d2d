import { hash32, type Random, seededRandom } from '../../kit/random.ts';
import type { ShopService } from '../shop.ts';

/** What a customer orders, and what he does about it. */
export const KINDS = ['good', 'sold-out', 'declined', 'nowhere', 'cancelled', 'returned'] as const;
export interface RandomOrder {
  mode: 'orchestrated' | 'choreographed';
  kind: (typeof KINDS)[number];
}

type Called = 'inventory' | 'payments' | 'shipping' | 'outside-world';

/** Calls between processes that can be hurt, by whoever answers them. */
const CALLS: readonly (readonly [Called, string])[] = [
  ['inventory', '/reservations'],
  ['inventory', '/reservations/release'],
  ['payments', '/charges'],
  ['payments', '/refunds'],
  ['shipping', '/shipments'],
  ['shipping', '/shipments/cancel'],
  ['shipping', '/returns'],
  ['outside-world', '/provider/captures'],
  ['outside-world', '/provider/refunds'],
  ['outside-world', '/carrier/labels'],
  ['outside-world', '/carrier/labels/cancel'],
  ['outside-world', '/carrier/returns'],
  ['outside-world', '/messages/email'],
  ['outside-world', '/messages/sms'],
  ['outside-world', '/messages/push'],
];
const MEDDLINGS = [
  ...(['lose-request', 'lose-reply', 'late', 'hold', 'delay', 'twice'] as const),
  ...(['fail', 'fail-after', 'deny-after'] as const),
] as const;

const TABLES: readonly (readonly [ShopService, string])[] = [
  ...([['inventory', 'stock'] as const, ['inventory', 'reservation'] as const] as const),
  ...([['payments', 'charge'] as const, ['payments', 'ledger'] as const] as const),
  ...([['shipping', 'shipment'] as const, ['orders', 'order_head'] as const] as const),
  ...([['orders', 'saga_step'] as const, ['notifications', 'inbox'] as const] as const),
];

const ACTION_POINTS = (step: string) =>
  ['before-intent', 'after-intent', 'after-call'].map((point) => `${step}:${point}`);
const STEP_POINTS = (step: string) => [
  ...ACTION_POINTS(step),
  ...['after-intent', 'after-call'].map((point) => `${step}:compensate:${point}`),
];
const PARTICIPANT_POINTS = (step: string) => [
  ...['after-intent', 'after-call', 'after-commit'].map((point) => `${step}:${point}`),
  ...['after-intent', 'after-call', 'after-commit'].map((point) => `${step}:compensate:${point}`),
];
const POINTS: Readonly<Partial<Record<ShopService, readonly string[]>>> = {
  orders: [
    ...['create:after-commit', 'end:before-commit', 'end:after-commit', 'arbiter:after-commit'],
    ...['relay:after-publish', ...STEP_POINTS('reserve'), ...STEP_POINTS('charge'), ...STEP_POINTS('ship')],
    ...['collect', 'refund', 'restock'].flatMap(ACTION_POINTS),
  ],
  inventory: ['reserve:after-commit', 'reserve:compensate:after-commit', 'relay:after-publish'],
  payments: [...PARTICIPANT_POINTS('charge'), 'relay:after-publish'],
  shipping: [...PARTICIPANT_POINTS('ship'), 'relay:after-publish'],
  notifications: ['relay:after-publish'],
};
const CRASHING = Object.entries(POINTS).flatMap(([service, points]) =>
  points.map((point) => [service as ShopService, point] as const),
);

export const ALL: readonly ShopService[] = [
  ...(['outside-world', 'inventory', 'payments', 'shipping', 'notifications', 'orders'] as const),
];
const DATABASES = [...ALL, 'broker'] as const;

/** One harm; `forMs` how long what lasts is to last. */
export type RandomFault =
  | { fault: 'call'; service: Called; path: string; how: (typeof MEDDLINGS)[number]; times: number }
  | { fault: 'lock'; service: ShopService; table: string }
  | { fault: 'pool'; service: ShopService }
  | { fault: 'crash'; service: ShopService; point: string }
  | { fault: 'kill' | 'pause'; service: ShopService }
  | { fault: 'outage'; database: (typeof DATABASES)[number] }
  | { fault: 'again'; database: ShopService };

export interface Round {
  orders: readonly RandomOrder[];
  faults: readonly RandomFault[];
  forMs: number;
}

/** How large rounds are at most. */
export interface RoundSize {
  orders: number;
  /** How long what lasts is to last; most faults are far shorter. */
  forMs: number;
}

/** The round of that number in the sequence which a seed is; the same ones on every machine. */
export function roundOf(seed: number, number: number, most: RoundSize): Round {
  const random = seededRandom(hash32(`${seed}/${number}`));
  const upTo = (n: number) => 1 + Math.floor(random() * n);
  return {
    orders: Array.from({ length: upTo(most.orders) }, () => orderOf(random)),
    faults: Array.from({ length: upTo(2) }, () => faultOf(random)),
    forMs: 200 + Math.floor(random() ** 3 * most.forMs),
  };
}

function orderOf(random: Random): RandomOrder {
  return { mode: oneOf(random, ['orchestrated', 'choreographed']), kind: oneOf(random, KINDS) };
}

/** Calls have the most places to be hurt at, so they are hurt most. */
const FAULTS = [
  'call',
  'call',
  'call',
  'call',
  'lock',
  'pool',
  'crash',
  'crash',
  'kill',
  'pause',
  'outage',
  'again',
] as const;

function faultOf(random: Random): RandomFault {
  const fault = oneOf(random, FAULTS);
  switch (fault) {
    case 'call': {
      const [service, path] = oneOf(random, CALLS);
      return { fault, service, path, how: oneOf(random, MEDDLINGS), times: 1 + Math.floor(random() * 4) };
    }
    case 'lock': {
      const [service, table] = oneOf(random, TABLES);
      return { fault, service, table };
    }
    case 'crash': {
      const [service, point] = oneOf(random, CRASHING);
      return { fault, service, point };
    }
    case 'outage':
      return { fault, database: oneOf(random, DATABASES) };
    case 'again':
      return {
        fault,
        database: oneOf(
          random,
          ALL.filter((name) => name !== 'outside-world'),
        ),
      };
    case 'pool':
    case 'kill':
    case 'pause':
      return { fault, service: oneOf(random, ALL) };
  }
}

export function oneOf<T>(random: Random, all: readonly T[]): T {
  const chosen = all[Math.floor(random() * all.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

/** `inventory /reservations late x2`: one fault in a line. */
export function wordsOf(fault: RandomFault): string {
  return Object.values(fault).join(' ');
}
