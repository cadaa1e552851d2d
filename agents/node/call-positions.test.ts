import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RECEIPT_ATTR } from '../contract/index.ts';
import { type Pair, startPair } from './testing/pair.ts';

const soon = { timeout: 8_000, interval: 20 };
let pair: Pair;
let sink: Pair['sink'];
let hub: Pair['hub'];
let peer: Pair['peer'];
let service: Pair['service'];

beforeAll(async () => {
  pair = await startPair({ capabilities: { peer: 'reset:service', service: 'reset:edge' } });
  ({ sink, hub, peer, service } = pair);
});
afterAll(() => pair.stop());
beforeEach(async () => {
  await Promise.all([hub.halt('peer'), hub.halt('service')]);
});

const edge = { kind: 'edge', from: 'service', to: 'peer' } as const;
const inbound = { kind: 'service', service: 'peer' } as const;

async function ask(path: string, body?: object) {
  const answer = await fetch(`${service.url}${path}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.text() };
}
const handled = async () =>
  ((await (await fetch(`${peer.url}/handled`)).json()) as { handled: number }).handled;
const stored = async (id: string) => {
  const { things } = (await (await fetch(`${peer.url}/things`)).json()) as { things: { id: string }[] };
  return things.filter((thing) => thing.id === id);
};

describe('late', () => {
  test('the caller is refused at once, and the work is done after that', async () => {
    const before = await handled();
    const { faultId } = await hub.arm('service', {
      action: { type: 'error', status: 504 },
      target: edge,
      position: 'late',
      lateMs: 60_000,
    });
    expect(await ask('/plain/1')).toMatchObject({ status: 504 });
    expect(await handled()).toBe(before);
    // Removed in mid-flight: what was kept back is sent now, and nothing is left behind.
    expect(await hub.release('service', faultId)).toMatchObject({ reverted: true, injections: 1 });
    await vi.waitUntil(async () => (await handled()) === before + 1, soon);
    const span = await vi.waitUntil(
      () => sink.spans.find((s) => s.attributes[RECEIPT_ATTR.faultId] === faultId),
      soon,
    );
    expect(span.attributes[RECEIPT_ATTR.position]).toBe('late');
    // The late work belongs to the trace of the call that was refused.
    await vi.waitUntil(
      () => sink.spans.find((s) => s.service === 'peer' && s.parentSpanId === span.spanId),
      soon,
    );
  });

  test('by itself after its time, though nobody waits any more', async () => {
    const before = await handled();
    await hub.arm('service', { action: { type: 'hang' }, target: edge, position: 'late', lateMs: 50 });
    // Its breaker gives up after 300 ms, its request after two seconds.
    expect(await ask('/through/1')).toMatchObject({ body: '{"text":"fallback"}' });
    await vi.waitUntil(async () => (await handled()) === before + 1, soon);
  });

  test('a call which hangs is made in time when the fault is taken away before its caller gives up', async () => {
    const { faultId } = await hub.arm('service', {
      action: { type: 'hang' },
      target: edge,
      position: 'late',
    });
    const asking = ask('/plain/1');
    await vi.waitUntil(() => hub.injections.some((count) => count.faultId === faultId), soon);
    await hub.halt('service');
    expect(await asking).toMatchObject({ status: 200, body: '{"done":true}' });
  });
});

describe('duplicate', () => {
  test.each(['plain', 'fetch'])('the work is done twice, with the same body, by %s', async (by) => {
    const id = `twice-${by}`;
    await hub.arm('service', {
      action: { type: 'latency', ms: 0 },
      target: edge,
      position: 'duplicate',
    });
    expect(await ask(`/store/${by}`, { id, note: 'same' })).toMatchObject({ body: '{"stored":true}' });
    await vi.waitUntil(async () => (await stored(id)).length === 2, soon);
    expect(await stored(id)).toEqual([
      { id, note: 'same' },
      { id, note: 'same' },
    ]);
    await hub.halt('service');
    await ask(`/store/${by}`, { id: `${id}-after` });
    expect(await stored(`${id}-after`)).toHaveLength(1);
  });
});

describe('reset', () => {
  test('of an edge before: the callee never hears of it', async () => {
    const before = await handled();
    await hub.arm('service', { action: { type: 'reset' }, target: edge });
    expect((await ask('/plain/1')).body).toContain('ECONNRESET');
    expect(await handled()).toBe(before);
  });

  test.each([
    { position: 'before', done: 0 },
    { position: 'after', done: 1 },
  ] as const)('of a service $position: its caller sees a real RST', async ({ position, done }) => {
    const before = await handled();
    await hub.arm('peer', {
      action: { type: 'reset' },
      target: inbound,
      position,
      selector: { route: '/work/:id' },
    });
    expect((await ask('/plain/1')).body).toContain('ECONNRESET');
    expect(await handled()).toBe(before + done);
  });

  test('late and duplicate are refused where there is no caller', async () => {
    const late = { action: { type: 'reset' }, target: inbound, position: 'late' } as const;
    expect((await hub.arm('peer', late)).answer).toMatchObject({ ok: false, code: 'fault_unsupported' });
  });
});
