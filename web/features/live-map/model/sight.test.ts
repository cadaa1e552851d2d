import { describe, expect, it } from 'vitest';
import { shopTimeline } from '../testing/shop.ts';
import { foundNodes, litByFind, nextFound } from './find.ts';
import { litIn, type PathChoice, pathThrough } from './focus.ts';
import { mapStructure } from './structure.ts';
import { viewOf } from './view.ts';

const AT = 1_800_000_000_999;
const SHOP = mapStructure(shopTimeline(AT), AT, []);
const path = (node: string, choice: PathChoice, edge = '') => {
  const lit = pathThrough(SHOP, { node, edge }, choice);
  return lit && [...lit.nodes].sort();
};

describe('the path through what is chosen', () => {
  it('is who calls it, however far away', () => {
    expect(path('shipping', 'callers')).toEqual(
      expect.arrayContaining([
        'shipping',
        'gateway',
        'loadgen',
        'orders',
        'queue:shipping.events',
        'payments',
      ]),
    );
    expect(path('catalog', 'callers')).toEqual(['catalog', 'gateway', 'loadgen', 'registry']);
  });

  it('is whom it calls, over queues too, and not whom everybody calls in turn', () => {
    expect(path('catalog', 'callees')).toEqual(['catalog', 'identity', 'registry']);
    const orders = path('orders', 'callees');
    expect(orders).toEqual(expect.arrayContaining(['outside-world', 'queue:notifications', 'notifications']));
    expect(orders).not.toContain('gateway');
  });

  it('is both sides of a connection, and that connection itself', () => {
    const lit = pathThrough(SHOP, { node: '', edge: 'gateway>catalog' }, 'both');
    expect([...(lit?.nodes ?? [])].sort()).toEqual(expect.arrayContaining(['catalog', 'gateway', 'loadgen']));
    expect(lit?.edges).toContain('gateway>catalog');
    expect(lit?.nodes).not.toContain('payments');
  });

  it('is nothing when nothing that exists is chosen', () => {
    expect(path('', 'both')).toBeNull();
    expect(path('zzz', 'both')).toBeNull();
    expect(path('', 'both', 'gateway>zzz')).toBeNull();
  });

  it('lights the cluster that holds a part of it', () => {
    const view = viewOf(SHOP, 'on', new Set());
    const lit = pathThrough(SHOP, { node: 'catalog', edge: '' }, 'callers');
    const drawn = lit && litIn(view, lit);
    expect(drawn?.nodes).toContain(view.standIn('catalog'));
    const between = view.edgeOf('gateway>catalog');
    expect(drawn?.edges).toContain(between);
  });
});

describe('search on the map', () => {
  it('finds names that have all the words, those that begin with the first word first', () => {
    expect(foundNodes(SHOP, 'orders').map(({ name }) => name)).toEqual(['orders', 'orders.events']);
    expect(foundNodes(SHOP, 'EVENTS pay').map(({ name }) => name)).toEqual(['payments.events']);
    expect(foundNodes(SHOP, '  ')).toEqual([]);
  });

  it('goes round through what it found', () => {
    const found = foundNodes(SHOP, 'orders');
    expect(nextFound(found, 'gateway', 1)?.id).toBe('orders');
    expect(nextFound(found, 'orders', 1)?.id).toBe('queue:orders.events');
    expect(nextFound(found, 'orders', -1)?.id).toBe('queue:orders.events');
    expect(nextFound([], 'orders', 1)).toBeNull();
  });

  it('dims everything else', () => {
    const lit = litByFind(viewOf(SHOP, 'auto', new Set()), foundNodes(SHOP, 'orders'));
    expect([...lit.nodes]).toEqual(['orders', 'queue:orders.events']);
    expect([...lit.edges]).toEqual(['queue:orders.events>orders']);
  });
});
