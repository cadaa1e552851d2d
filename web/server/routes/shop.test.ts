import type { ControlAnswer, ControlCall } from '@stormglass/agents/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';

const dir = tempDir();
let dashboard: TestDashboard;
const agents: TestAgent[] = [];
const heard: (ControlCall & { at: string })[] = [];

async function agent(instance: string, names: string[], answer: (call: ControlCall) => ControlAnswer) {
  const service = instance.replace(/-[12]$/, '');
  const controls = names.map((name) => ({ name, title: name, input: {} }));
  const made = new TestAgent(dashboard.url, { agentId: instance, service, instance, controls });
  made.answerControl = (call) => {
    heard.push({ ...call, at: instance });
    return answer(call);
  };
  agents.push(await made.connected());
}

const get = (path: string) => dashboard.send('GET', path);
const row = {
  ...{ id: 'I4', title: 'The ledger sums to zero', verdict: 'VIOLATION', since: 5, violations: 1 },
  ...{ acknowledged: 0, pending: 0, unread: null, figures: {} },
};
const fact = {
  ...{ orderId: 'o-1', sagaId: 's-1', expected: '0', found: '7', key: 'o-1/', since: 5, traceId: 'abc' },
};
const stuck = (sagaId: string, stuckSince: number) => ({
  ...{ sagaId, stuckSince, orderId: 'o-1', type: 'create-order', step: 'reserve', kind: 'compensate' },
  ...{ attempts: 6, detail: 'answered 503' },
});
const past = (what: string) => ({
  ...{ what, id: `${what}-1` },
  versions: [{ version: 1, at: 10, event: 'CREATED', state: { status: 'PENDING' } }],
});

beforeAll(async () => {
  dashboard = await startDashboard({ dataDir: dir.path });
});
afterAll(async () => {
  for (const one of agents) one.close();
  await dashboard.close();
  dir.remove();
});

describe('what services know themselves', () => {
  test('is nothing, and no error, while none is connected', async () => {
    expect(await get('/api/wall')).toMatchObject({ status: 200, body: { service: '', wall: null } });
    expect(await get('/api/interventions')).toMatchObject({ status: 200, body: { asked: [], sagas: [] } });
    expect(await get('/api/orders/o-1/past')).toMatchObject({ status: 200, body: { pasts: [], missed: [] } });
  });

  test('is the wall with the facts behind each invariant, which can be taken as known with a reason', async () => {
    const names = ['invariants.wall', 'invariants.evidence', 'violations.acknowledge'];
    await agent('auditor-1', names, ({ name }) => {
      if (name === 'invariants.wall') {
        return { ok: true, result: { sweep: null, open: 3, invariants: [row] } };
      }
      if (name === 'violations.acknowledge') return { ok: true, result: { acknowledged: 1 } };
      return { ok: true, result: { ...row, evidence: [fact], known: [], waiting: [] } };
    });
    expect(await get('/api/wall')).toMatchObject({ body: { service: 'auditor', wall: { open: 3 } } });
    expect(await get('/api/wall/I4')).toMatchObject({ body: { evidence: [{ orderId: 'o-1', found: '7' }] } });
    const acknowledge = (reason: string) =>
      dashboard.send('POST', '/api/wall/I4/acknowledgements', { body: { reason } });
    expect(await acknowledge('no')).toMatchObject({ status: 400 });
    expect(await acknowledge('left by a test')).toMatchObject({ status: 200, body: { acknowledged: 1 } });
    expect(heard.at(-1)?.input).toEqual({ id: 'I4', reason: 'left by a test' });
  });

  test('is who waits for a person, longest first over all services, each asked at one instance', async () => {
    const answers = (sagaId: string, since: number) => (call: ControlCall) =>
      call.name === 'saga.stuck'
        ? ({ ok: true, result: { sagas: [stuck(sagaId, since)] } } as const)
        : ({ ok: true, result: { pasts: [past('order')] } } as const);
    await agent('orders-1', ['saga.stuck', 'history.read'], answers('s-2', 200));
    await agent('orders-2', ['saga.stuck', 'history.read'], answers('s-2', 200));
    await agent('claims-1', ['saga.stuck'], answers('s-1', 100));
    const { body } = await get('/api/interventions');
    expect(body).toMatchObject({ sagas: [{ sagaId: 's-1' }, { sagaId: 's-2' }] });
  });

  test('is what became of an order, and who did not tell', async () => {
    await agent('payments-1', ['history.read'], () => ({ ok: false, message: 'away', next: 'Wait.' }));
    expect(await get('/api/orders/o-1/past')).toMatchObject({
      body: {
        pasts: [{ service: 'orders', what: 'order', versions: [{ state: { status: 'PENDING' } }] }],
        missed: [{ service: 'payments', message: 'payments refused history.read: away' }],
      },
    });
  });

  test('looking at it is not written down, acknowledging is', async () => {
    const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
    const kinds = new Set(entries.map(({ what }) => what));
    expect(kinds).toContain('violations.acknowledge');
    for (const read of ['invariants.wall', 'invariants.evidence', 'saga.stuck', 'history.read']) {
      expect(kinds).not.toContain(read);
    }
  });
});
