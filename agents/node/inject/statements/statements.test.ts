import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RECEIPT_ATTR } from '../../../contract/index.ts';
import { type Pooled, startPooled } from '../../../host/fixtures/pooled.ts';
import { battery, type Trial } from '../../testing/battery.ts';
import { Ledger } from '../../testing/promises.ts';

const soon = { timeout: 60_000, interval: 25 };
const SERVICE = { kind: 'service', service: 'pooled' } as const;
const proofs = new Ledger(import.meta.url);

let pooled: Pooled;
beforeAll(async () => {
  pooled = await startPooled('pooled', 'pool-service.ts', 'DATABASE_URL', {
    CONNECT_MS: '20000',
  });
  await able('slow_query:service');
});
afterAll(() => pooled?.stop());
beforeEach(() => pooled.hub.halt('pooled'));

const able = (capability: string) =>
  vi.waitUntil(() => pooled.hub.hello('pooled')?.capabilities.includes(capability), soon);
const ask = (path: string, method = 'GET') => fetch(`${pooled.running.url}${path}`, { method });

/** Answers that came, newest last. */
let statuses: number[] = [];
const statement = (fault: Trial['fault'], name: string): Trial => ({
  name,
  fault,
  provoke: () => ask('/answer').then(({ status }) => statuses.push(status)),
  sees: async () => {
    const status = statuses.shift();
    return status === undefined ? null : status === 200 ? 'well' : 'hurt';
  },
});
beforeEach(() => {
  statuses = [];
});

battery(
  () => ({ service: 'pooled', hub: pooled.hub, sink: pooled.sink }),
  [
    // Its caller gives a statement two seconds.
    statement({ action: { type: 'slow_query', ms: 60_000 }, target: SERVICE }, 'a slow query'),
    statement({ action: { type: 'query_error' }, target: SERVICE }, 'a query error'),
    statement(
      { action: { type: 'query_error' }, target: SERVICE, position: 'after' },
      'a query error after the effect',
    ),
  ],
  proofs,
);

describe('statements', () => {
  const arm = (action: object, position: 'before' | 'after' = 'before') =>
    pooled.hub.arm('pooled', { action: action as never, target: SERVICE, position });
  const rows = async () => ((await (await ask('/things')).json()) as { n: number }).n;

  test('that are slow are sent when the lease ends, and answered', async () => {
    const { faultId } = await arm({ type: 'slow_query', ms: 60_000 });
    const answer = ask('/answer');
    await vi.waitUntil(() => pooled.hub.injections.some((one) => one.faultId === faultId), soon);
    await pooled.hub.release('pooled', faultId);
    expect((await answer).status).toBe(200);
  });

  test('fail with the SQLSTATE that was asked for, on their own span', async () => {
    const { faultId } = await arm({ type: 'query_error', sqlstate: '40P01' });
    expect(await (await ask('/answer')).json()).toMatchObject({ code: '40P01' });
    const marked = () => pooled.sink.spans.find((one) => one.attributes[RECEIPT_ATTR.faultId] === faultId);
    const span = await vi.waitUntil(marked, soon);
    expect(span).toMatchObject({ kind: 'client', error: true });
    expect(span.attributes['db.namespace']).toBe('pooled');
  });

  test('are not carried out by an error before them, and are by one after them', async () => {
    const before = await rows();
    const insert = { type: 'query_error', statement: '^insert into thing' };
    const first = await arm(insert);
    expect((await ask('/things', 'POST')).status).toBe(500);
    expect(await rows()).toBe(before);
    await pooled.hub.release('pooled', first.faultId);
    await arm(insert, 'after');
    expect((await ask('/things', 'POST')).status).toBe(500);
    expect(await rows()).toBe(before + 1);
  });

  test('of another database or another text are let through', async () => {
    await arm({ type: 'query_error', database: 'other' });
    await arm({ type: 'query_error', statement: 'delete' });
    expect((await ask('/answer')).status).toBe(200);
  });

  test('are hurt as often as was asked for, and no more', async () => {
    const { faultId } = await pooled.hub.arm('pooled', {
      action: { type: 'query_error' },
      target: SERVICE,
      maxAffected: 2,
    });
    const seen: number[] = [];
    for (let n = 0; n < 4; n++) seen.push((await ask('/answer')).status);
    expect(seen).toEqual([500, 500, 200, 200]);
    const over = { faultId, reason: 'max_affected', injections: 2 };
    await vi.waitFor(() => expect(pooled.hub.ended).toContainEqual(expect.objectContaining(over)), soon);
  });

  test('that wait for their turn on a connection that is taken are hurt as well', async () => {
    await arm({ type: 'query_error' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/answer')));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(500));
  });
});

proofs.complete();
