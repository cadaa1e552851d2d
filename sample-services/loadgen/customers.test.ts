import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../kit/clock.ts';
import { seededRandom } from '../kit/random.ts';
import { Arrivals } from './arrivals.ts';
import { Customers } from './customers.ts';
import { Observed } from './observed.ts';
import { type Mix, nextGapMs, planVisits } from './traffic.ts';

const MIX: Mix = { choreographedPercent: 0, cancelPercent: 0, refusedPercent: 0, thinkMs: 0 };
const soon = { timeout: 10_000, interval: 10 };

let server: Server;
let asked: string[];
let answer: () => { status: number; body: object };
/** Answers wait for it. */
let open: Promise<void>;
let customers: Customers;
let observed: Observed;

beforeEach(async () => {
  asked = [];
  answer = () => ({ status: 201, body: { orderId: 'o-1', status: 'CONFIRMED' } });
  open = Promise.resolve();
  server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    await open;
    const { status, body } = answer();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  observed = new Observed();
  customers = new Customers({
    gateway: `http://127.0.0.1:${port}`,
    seededTraces: false,
    observed,
    clock: systemClock,
  });
});
afterEach(async () => {
  await customers.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('a customer', () => {
  test('orders, thinks, and looks at the order', async () => {
    customers.arrive(planVisits(1)(MIX), Date.now());
    await vi.waitFor(() => expect(asked).toEqual(['POST /orders', 'GET /orders/o-1']), soon);
  });

  test('who changes his mind cancels it', async () => {
    customers.arrive(planVisits(1)({ ...MIX, cancelPercent: 100 }), Date.now());
    await vi.waitFor(() => expect(asked).toEqual(['POST /orders', 'POST /orders/o-1/cancel']), soon);
  });

  test('counts his wait from the moment he wanted to come, though we were late to send him', async () => {
    customers.arrive(planVisits(1)(MIX), Date.now() - 5_000);
    await vi.waitFor(() => expect(observed.report().order.latency.count).toBe(1), soon);
    expect(observed.report().order.latency.p50).toBeGreaterThanOrEqual(5_000);
  });

  test.each([
    { status: 201, body: { orderId: 'o', status: 'CONFIRMED' }, outcome: 'ok' },
    { status: 202, body: { orderId: 'o', status: 'PENDING' }, outcome: 'pending' },
    { status: 201, body: { orderId: 'o', status: 'REJECTED' }, outcome: 'refused' },
    { status: 409, body: {}, outcome: 'refused' },
    { status: 429, body: {}, outcome: 'limited' },
    { status: 503, body: {}, outcome: 'failed' },
  ] as const)('counts $status as $outcome', async ({ status, body, outcome }) => {
    answer = () => ({ status, body });
    customers.arrive(planVisits(1)(MIX), Date.now());
    await vi.waitFor(() => expect(observed.report().order.outcomes[outcome]).toBe(1), soon);
  });

  test('who gets no answer at all has failed', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    customers.arrive(planVisits(1)(MIX), Date.now());
    await vi.waitFor(() => expect(observed.report().order.outcomes.failed).toBe(1), soon);
    expect(customers.counts()).toMatchObject({ sent: 1, failed: 1 });
  });
});

test('200 customers a second come when they want to, though nobody has been answered yet', async () => {
  const [rate, seed, wanted] = [200, 5, 400];
  const gate = Promise.withResolvers<void>();
  open = gate.promise;
  const gaps = seededRandom(seed);
  let due = 0;
  const dueAfter = Array.from({ length: 2 * wanted }, () => (due += nextGapMs(gaps, rate)));
  const plan = planVisits(seed);
  const off: number[] = [];
  const began = Date.now();
  const arrivals = new Arrivals({
    ...{ rate, random: seededRandom(seed) },
    arrive: (at) => {
      off.push(at - began - (dueAfter[off.length + arrivals.dropped] ?? Number.NaN));
      customers.arrive(plan(MIX), at);
    },
  });
  const running = arrivals.run();
  await vi.waitUntil(() => off.length + arrivals.dropped >= wanted, { timeout: 30_000, interval: 20 });
  arrivals.stop();
  await running;
  const { sent, inFlight, overflow } = customers.counts();
  // None was put off by those who wait; a pause of this process of more than a second may have cost some.
  expect({ sent, inFlight, overflow }).toEqual({ sent: off.length, inFlight: off.length, overflow: 0 });
  expect(arrivals.dropped).toBeLessThan(wanted / 10);
  expect(Math.max(...off.map(Math.abs))).toBeLessThan(100);
  gate.resolve();
  const orders = () => asked.filter((line) => line === 'POST /orders').length;
  await vi.waitFor(() => expect(orders()).toBe(sent), soon);
}, 60_000);
