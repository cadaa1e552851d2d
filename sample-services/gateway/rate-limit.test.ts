import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createApp } from '../kit/http/app.ts';
import type { App } from '../kit/http/route.ts';
import { HandClock } from '../testing/hand-clock.ts';
import type { Visitor } from './customer.ts';
import { RateLimit } from './rate-limit.ts';

let app: App;
let clock: HandClock;
let visitor: Visitor;
let name: string | undefined;
beforeEach(async () => {
  clock = new HandClock();
  [visitor, name] = [{ kind: 'anybody' }, undefined];
  const limit = new RateLimit(clock);
  app = await createApp('gateway', '1', pino({ level: 'silent' }), null);
  const schema = { summary: 'Come in', response: { 200: z.object({}) } };
  app.get('/', { schema, config: { permission: 'open' } }, async (request, reply) => {
    limit.demand(visitor, request, reply, name);
    return {};
  });
});
afterEach(() => app.close());

const from = (remoteAddress: string) => app.inject({ url: '/', remoteAddress });

/** How many of so many requests from that address are let in. */
async function letIn(requests: number, address = '10.0.0.1'): Promise<number> {
  const answers = await Promise.all(Array.from({ length: requests }, () => from(address)));
  return answers.filter(({ statusCode }) => statusCode === 200).length;
}

test('whoever has not logged in is limited by his address, and told when to come back', async () => {
  expect(await letIn(2_100)).toBe(2_000);
  const refused = await from('10.0.0.1');
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
  expect(await letIn(10, '10.0.0.2')).toBe(10);
  clock.pass(100);
  expect(await letIn(100)).toBe(50);
});

test('new names at each request do not get around the limit of the address', async () => {
  let more = 0;
  for (let i = 0; i < 2_100; i++) {
    name = `user-${i}`;
    if ((await from('10.0.0.1')).statusCode === 200) more++;
  }
  expect(more).toBe(2_000);
});

test('a customer has a bucket of his own, which nobody empties who only gives his name', async () => {
  name = 'ada';
  expect(await letIn(150)).toBe(100);
  expect(await letIn(50, '10.0.0.2')).toBe(50);
  visitor = { kind: 'customer', id: 'ada' };
  expect(await letIn(150)).toBe(100);
  visitor = { kind: 'customer', id: 'eve' };
  expect(await letIn(50)).toBe(50);
});
