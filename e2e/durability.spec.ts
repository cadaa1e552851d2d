import { randomBytes } from 'node:crypto';
import { call } from './api.ts';
import { sql } from './ledger.ts';
import { test as base, expect, type System, startSystem } from './system.ts';

/**
 * `kill -9` of each process in turn, under load that this test makes itself: orders through the gateway and spans to the
 * collector. What was acknowledged is remembered here, outside every process that is killed, and counted afterwards.
 */
const VICTIMS = [
  'gateway',
  'orders',
  'inventory',
  'payments',
  'shipping',
  'notifications',
  'outside-world',
  'queue-agent',
  'web',
  'collector',
  'postgres',
] as const;

const test = base.extend<{ own: System }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern.
  own: async ({}, use) => {
    const system = await startSystem({ args: ['--no-load'] });
    await use(system);
    await system.stop();
  },
});

const SPANS_PER_TRACE = 5;
/** Once in `npm test`; `npm run campaign -- process-kills` asks for more. */
const ROUNDS = Number(process.env.STORMGLASS_KILL_ROUNDS ?? 1);

interface Load {
  orders: string[];
  traceIds: string[];
  stop(): Promise<void>;
}

async function placeOrder(system: System, n: number): Promise<string | null> {
  const answer = await fetch(`${system.gateway}/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': `durability-${n}-${randomBytes(4).toString('hex')}`,
    },
    body: JSON.stringify({
      userId: `user-${n}`,
      sku: 'sku-01',
      quantity: 1,
      amount: 10,
      cardToken: 'card-ok',
      address: 'Main Street 1',
    }),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status !== 201 && answer.status !== 202) return null;
  return ((await answer.json()) as { orderId: string }).orderId;
}

/** One trace of SPANS_PER_TRACE spans in one request. */
async function sendTrace(system: System): Promise<string | null> {
  const traceId = randomBytes(16).toString('hex');
  const at = `${Date.now()}000000`;
  const spans = Array.from({ length: SPANS_PER_TRACE }, () => ({
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'GET /durable',
    kind: 2,
    startTimeUnixNano: at,
    endTimeUnixNano: at,
  }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'durability' } }] };
  const answer = await fetch(`${system.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
    signal: AbortSignal.timeout(10_000),
  });
  return answer.ok ? traceId : null;
}

/** A call that fails while its process is dead is not acknowledged, and so promises nothing. */
async function acknowledged(call: Promise<string | null>): Promise<string | null> {
  try {
    return await call;
  } catch (cause) {
    if (cause instanceof TypeError || (cause instanceof DOMException && cause.name === 'TimeoutError'))
      return null;
    throw cause;
  }
}

function startLoad(system: System): Load {
  const load = { orders: [] as string[], traceIds: [] as string[] };
  const pending = new Set<Promise<void>>();
  let n = 0;
  const track = (call: Promise<string | null>, into: string[]) => {
    const done = acknowledged(call).then((id) => {
      if (id !== null) into.push(id);
      pending.delete(done);
    });
    pending.add(done);
  };
  const timer = setInterval(() => {
    track(placeOrder(system, n++), load.orders);
    track(sendTrace(system), load.traceIds);
  }, 200);
  return {
    ...load,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}

async function killAndAwaitReturn(system: System, name: string): Promise<void> {
  const pid = system.processes.get(name);
  if (pid === undefined) throw new Error(`${name} does not run`);
  const seen = system.events.length;
  process.kill(pid, 'SIGKILL');
  await expect
    .poll(
      () =>
        system.events
          .slice(seen)
          .some((e) => e.event === 'process' && e.name === name && e.state === 'healthy'),
      { timeout: 40_000, message: `${name} is healthy again` },
    )
    .toBe(true);
}

/** Spans stored of each trace, asked in slices so that no answer is cut at its limit. */
async function spanCounts(system: System, from: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let slice = from; slice < Date.now(); slice += 30_000) {
    const q = JSON.stringify({ from: slice, to: slice + 30_000, service: 'durability', limit: 1000 });
    const found = await call(system.dashboard, 'traces', { input: { q } });
    expect(found.truncated).toBe(false);
    for (const trace of found.traces) counts.set(trace.traceId, trace.spanCount);
  }
  return counts;
}

function missing(acknowledgedIds: readonly string[], stored: ReadonlyMap<string, number>): string[] {
  return acknowledgedIds.filter((id) => !stored.has(id));
}

test('kill -9 of any single process under load loses no acknowledged order and no acknowledged span', async ({
  own,
}) => {
  test.setTimeout(ROUNDS * 600_000);
  const begun = Date.now();
  const load = startLoad(own);
  for (const victim of Array.from({ length: ROUNDS }, () => VICTIMS).flat()) {
    await killAndAwaitReturn(own, victim);
    const before = load.orders.length;
    await expect
      .poll(() => load.orders.length, { timeout: 40_000, message: `orders go on after ${victim}` })
      .toBeGreaterThan(before);
  }
  await load.stop();
  expect(load.orders.length).toBeGreaterThan(20);
  expect(load.traceIds.length).toBeGreaterThan(100);

  await expect
    .poll(async () => (await sql(own, 'orders', "select id from orders where status = 'PENDING'")).length, {
      timeout: 90_000,
    })
    .toBe(0);
  const rows = await sql<{ id: string; status: string }>(
    own,
    'orders',
    'select id, status from orders where id = any($1)',
    [load.orders],
  );
  expect(new Set(rows.map((row) => row.id))).toEqual(new Set(load.orders));
  const money = await sql<{ order_id: string; net: string }>(
    own,
    'outside-world',
    "select order_id, sum(case kind when 'capture' then amount when 'refund' then -amount else 0 end) as net from provider_statement group by order_id",
  );
  const net = new Map(money.map((row) => [row.order_id, Number(row.net)]));
  for (const { id, status } of rows)
    expect(net.get(id) ?? 0, `${id} is ${status}`).toBe(status === 'CONFIRMED' ? 10 : 0);

  await expect
    .poll(async () => missing(load.traceIds, await spanCounts(own, begun)), { timeout: 30_000 })
    .toEqual([]);
  const counts = await spanCounts(own, begun);
  expect(
    [...counts].filter(([, spans]) => spans !== SPANS_PER_TRACE),
    'stored not exactly once',
  ).toEqual([]);
});
