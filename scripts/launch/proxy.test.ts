import { expect, test } from 'vitest';
import { throughProxies, wantsProxy } from './proxy.ts';

test('the proxy is off unless it is switched on', () => {
  expect(wantsProxy({})).toBe(false);
  expect(wantsProxy({ STORMGLASS_PROXY: 'off' })).toBe(false);
  expect(wantsProxy({ STORMGLASS_PROXY: 'on' })).toBe(true);
  expect(() => wantsProxy({ STORMGLASS_PROXY: 'yes' })).toThrow('STORMGLASS_PROXY=yes means nothing');
});

test('URLs lead through a proxy each, and keep all else', () => {
  const urls = {
    orders: 'postgres://me:secret@127.0.0.1:4320/orders?sslmode=disable',
    broker: 'amqp://guest:guest@rabbit/%2Fshop',
  };
  const through = throughProxies(urls, [5001, 5002]);
  expect(through.urls).toEqual({
    orders: 'postgres://me:secret@127.0.0.1:5001/orders?sslmode=disable',
    broker: 'amqp://guest:guest@127.0.0.1:5002/%2Fshop',
  });
  expect(through.links).toEqual([
    { name: 'orders', listen: '127.0.0.1:5001', upstream: '127.0.0.1:4320' },
    { name: 'broker', listen: '127.0.0.1:5002', upstream: 'rabbit:5672' },
  ]);
});

test.each(['kafka://a:9092,b:9092', 'amqps://rabbit/', 'rediss://redis:6379'])('%s is left alone', (url) => {
  expect(throughProxies({ broker: url }, [5001])).toEqual({ links: [], urls: { broker: url } });
});
