import { describe, expect, it } from 'vitest';
import { mapStructure, NO_STRUCTURE } from '../model/structure.ts';
import { shopTimeline } from '../testing/shop.ts';
import { chosenOf } from './use-chosen.ts';

const AT = 1_800_000_000_999;
const SHOP = mapStructure(shopTimeline(AT), AT, []);
const choose = (node: string, edge = '') => chosenOf(SHOP, { node, edge });

describe('what the address chooses on the map', () => {
  it('is a service, a queue with its consumers, or a connection that exists', () => {
    expect(choose('orders')).toEqual({ kind: 'service', service: 'orders', queues: ['orders.events'] });
    expect(choose('queue:orders.events')).toEqual({
      kind: 'queue',
      queue: 'orders.events',
      consumers: ['orders'],
    });
    expect(choose('', 'orders>payments')).toEqual({ kind: 'edge', from: 'orders', to: 'payments' });
    expect(choose('')).toBeNull();
  });

  it('says that there is no such service, and which there are', () => {
    expect(choose('zzz')).toMatchObject({ kind: 'absent', name: 'zzz' });
    expect(choose('zzz')).toMatchObject({ why: expect.stringContaining('orders, orderview, payments') });
    expect(chosenOf(NO_STRUCTURE, { node: 'zzz', edge: '' })).toMatchObject({
      why: 'There is no such service here. No service has been seen.',
    });
  });

  it.each(['gateway>payments', 'orders>zzz', 'orders>identity-tokens', 'gateway'])(
    'offers nothing to break on %s, which nobody calls',
    (edge) => {
      expect(choose('', edge)).toMatchObject({ kind: 'absent' });
    },
  );

  it('says whom the caller does call', () => {
    expect(choose('', 'gateway>payments')).toMatchObject({
      why: expect.stringContaining(
        'gateway has not called payments in the last 5 minutes; it called catalog',
      ),
    });
  });
});
