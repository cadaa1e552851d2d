import { randomBytes } from 'node:crypto';
import type { System } from './system.ts';

export const SPANS_PER_TRACE = 5;

/** What was acknowledged is remembered here, outside every process that is killed. */
export interface Load {
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

/** Orders through the gateway and spans to the collector, of whichever system `running` names at that moment. */
export function startLoad(running: () => System): Load {
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
    track(placeOrder(running(), n++), load.orders);
    track(sendTrace(running()), load.traceIds);
  }, 200);
  return {
    ...load,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}
