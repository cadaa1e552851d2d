import { expect, test } from 'vitest';
import type { OrderFacts } from './facts.ts';
import { OrderBook } from './order-book.ts';

const EVENT = {
  ...{ database: 'orders', id: 'e-1', stream: 'order:o-1', type: 'ORDER_CREATED', orderId: 'o-1' },
  ...{ sagaId: 's-1', mode: 'choreographed', migrated: false, at: 0 },
};
const AT_REST: OrderFacts = {
  ...{ orderId: 'o-1', sagaId: 's-1', mode: 'choreographed', userId: 'u-1', sku: 'sku-01', quantity: 1 },
  ...{ amount: 1, end: 'CONFIRMED', returned: false, sagaOpen: false, settledAt: 0, newestAt: 0 },
  ...{ events: [], migrated: false },
};

test('an order of which something was heard is to be seen at rest anew, though nobody saw it move', () => {
  const book = new OrderBook();
  book.hear([EVENT], 1);
  book.rest([AT_REST], 1);
  expect([book.restedBefore('o-1', 1), book.restedBefore('o-1', 2)]).toEqual([false, true]);
  // Found wrong: that is nothing that happened to it.
  book.open('o-1', 2);
  expect(book.restedBefore('o-1', 3)).toBe(true);
  book.hear([EVENT], 3);
  expect(book.restedBefore('o-1', 4)).toBe(false);
  book.rest([AT_REST], 4);
  expect([book.restedBefore('o-1', 4), book.restedBefore('o-1', 5)]).toEqual([false, true]);
});
