import { expect, test } from 'vitest';
import { ControlDescriptor } from './channel.ts';

test.each(['saga.start', 'crash.arm', 'order-page.set', 'legacy-orders.set', 'a.b.c_d'])(
  'a control may be called %s',
  (name) => {
    expect(ControlDescriptor.safeParse({ name, title: '', input: {} }).success).toBe(true);
  },
);

test.each(['start', 'Saga.start', 'saga..start', '-page.set', 'page-.set', 'saga.start/../x', ''])(
  'a control may not be called "%s"',
  (name) => {
    expect(ControlDescriptor.safeParse({ name, title: '', input: {} }).success).toBe(false);
  },
);
