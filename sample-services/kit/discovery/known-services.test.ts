import { afterEach, expect, test } from 'vitest';
import { HandClock } from '../../testing/hand-clock.ts';
import { setProtection } from '../protections.ts';
import { KnownServices } from './known-services.ts';

const view = {
  services: {
    shipping: {
      instances: [{ id: 'shipping-1', url: 'http://127.0.0.1:1', version: '1', healthy: true }],
      left: [],
    },
  },
};
afterEach(() => setProtection('last-known-good', true));

test('what the registry said last stays good while it is away, and is called stale', () => {
  const clock = new HandClock();
  const known = new KnownServices(clock);
  const endpoints = known.endpoints('shipping');
  known.heard(view);
  clock.pass(60_000);
  expect(endpoints.current()).toMatchObject([{ id: 'shipping-1' }]);
  expect(known.knowledge()).toMatchObject({ shipping: { stale: true, ageSeconds: 60 } });
});

test('without that protection a peer is lost as soon as the registry is', () => {
  const clock = new HandClock();
  const known = new KnownServices(clock);
  const endpoints = known.endpoints('shipping');
  known.heard(view);
  setProtection('last-known-good', false);
  expect(endpoints.current()).toHaveLength(1);
  clock.pass(60_000);
  expect(endpoints.current()).toEqual([]);
  known.heard(null);
  expect(endpoints.current()).toHaveLength(1);
});
