import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { systemTime, type Time } from '../time.ts';

const SPEC = {
  action: { type: 'latency', ms: 400 },
  target: { kind: 'service', service: 'payments' },
  durationMs: 60_000,
  reason: 'rehearsal',
};

/** Waits a fiftieth of what it is asked to. */
const hasty: Time = { ...systemTime, after: (ms, run) => systemTime.after(ms / 50, run) };

let dir: ReturnType<typeof tempDir>;
let dashboard: TestDashboard;
const agents: TestAgent[] = [];

beforeEach(async () => {
  dir = tempDir();
  dashboard = await startDashboard({ dataDir: dir.path });
});
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.close();
  await dashboard.close();
  dir.remove();
});

async function agent(hello: ConstructorParameters<typeof TestAgent>[1] = {}): Promise<TestAgent> {
  const made = new TestAgent(dashboard.url, hello);
  agents.push(made);
  return made.connected();
}

const arm = (spec: object = SPEC) => dashboard.call('armFault', 'POST', '/api/faults', { spec });
const active = async () =>
  (await dashboard.call('faults', 'GET', '/api/faults')).faults.filter((f) => f.endedAt === null);
const held = async () =>
  (await dashboard.call('agents', 'GET', '/api/agents')).agents.map((row) => row.leases);
const refusal = async (spec: object) => {
  const { status, body } = await dashboard.send('POST', '/api/faults', { body: { spec } });
  return { status, code: (body as { error: { code: string } }).error.code };
};

describe('a fault', () => {
  test('is armed on every instance, kept alive by renewals, and ends with a read-back', async () => {
    const one = await agent();
    const two = await agent({ instance: 'payments-2' });
    const { fault, targets } = await arm();
    const id = fault?.faultId ?? '';
    expect(targets.map((target) => target.instance)).toEqual(['payments-1', 'payments-2']);
    expect(targets[0]?.detail).toBe('seam armed');
    await eventually(() => expect(one.leases.get(id)?.renewals).toBeGreaterThan(1));
    expect(two.leases.has(id)).toBe(true);
    expect(await held()).toEqual([[id], [id]]);
    const { fault: ended, ends } = await dashboard.call('releaseFault', 'DELETE', `/api/faults/${id}`);
    expect(ends).toHaveLength(2);
    expect(ended).toMatchObject({
      endReason: 'released',
      readBack: 'seam empty',
      reverted: true,
      injections: 6,
    });
    expect(one.leases.size + two.leases.size).toBe(0);
    expect(await held()).toEqual([[], []]);
    expect(await active()).toEqual([]);
    const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
    expect(entries.map((entry) => entry.what)).toEqual(['fault.release', 'fault.end', 'fault.arm']);
    expect(entries.at(-1)?.why).toBe('rehearsal');
  });

  test('hits one instance only when one is named', async () => {
    await agent();
    await agent({ instance: 'payments-2' });
    const { targets } = await arm({ ...SPEC, target: { ...SPEC.target, instance: 'payments-2' } });
    expect(targets.map((target) => target.instance)).toEqual(['payments-2']);
  });

  test('tells its first effect and how often it hit, from what the agent counts', async () => {
    const one = await agent();
    const { fault } = await arm();
    const faultId = fault?.faultId ?? '';
    one.socket.emit('injections', { faultId, service: 'payments', count: 7, firstAt: 1234, lastAt: 2000 });
    await eventually(async () =>
      expect((await active())[0]).toMatchObject({ injections: 7, firstEffectAt: 1234 }),
    );
  });

  test('ends when its time is over, even when the injector forgets to', async () => {
    const one = await agent();
    const { fault } = await arm({ ...SPEC, durationMs: 200 });
    await eventually(() => expect(one.ended.map((end) => end.faultId)).toEqual([fault?.faultId]));
    await eventually(async () => expect(await active()).toEqual([]));
  });

  test('is armed on all or on none: one refusal releases the others', async () => {
    const one = await agent();
    const two = await agent({ instance: 'payments-2' });
    two.answerArm = () => ({ ok: false, code: 'chaos_not_allowed', message: 'deny list', next: 'ask' });
    expect(await refusal(SPEC)).toEqual({ status: 403, code: 'chaos_not_allowed' });
    expect(one.leases.size).toBe(0);
    expect(await active()).toEqual([]);
  });

  test('of a dry run lists the targets and arms nothing', async () => {
    const one = await agent();
    const { fault, targets } = await dashboard.call('armFault', 'POST', '/api/faults', {
      spec: SPEC,
      dry: true,
    });
    expect(fault).toBeNull();
    expect(targets).toHaveLength(1);
    expect(one.leases.size).toBe(0);
  });

  test('is refused with the reason: absent, not allowed, unsupported, protected, meaningless', async () => {
    expect(await refusal(SPEC)).toEqual({ status: 503, code: 'target_absent' });
    await agent({ chaosAllowed: false });
    expect(await refusal(SPEC)).toEqual({ status: 403, code: 'chaos_not_allowed' });
    await agent({ instance: 'payments-2', capabilities: [] });
    expect(await refusal(SPEC)).toEqual({ status: 422, code: 'fault_unsupported' });
    const stormglass = { kind: 'database', service: 'stormglass' };
    expect(await refusal({ action: { type: 'database_outage' }, target: stormglass })).toEqual({
      status: 403,
      code: 'target_protected',
    });
    expect(await refusal({ ...SPEC, target: stormglass })).toEqual({ status: 400, code: 'invalid_request' });
  });

  test('on a process or a database goes to the host agent that reaches the service', async () => {
    await agent();
    const host = await agent({
      kind: 'host',
      service: 'host',
      instance: 'host-1',
      reach: ['payments'],
      capabilities: ['process_kill:process'],
    });
    const spec = { action: { type: 'process_kill' }, target: { kind: 'process', service: 'payments' } };
    const { targets } = await arm(spec);
    expect(targets.map((target) => target.agentId)).toEqual([host.hello.agentId]);
    expect(await refusal({ ...spec, target: { kind: 'process', service: 'orders' } })).toEqual({
      status: 503,
      code: 'target_absent',
    });
  });
});

describe('a lease', () => {
  test('that nobody here knows is released when its agent says hello', async () => {
    const stray = new TestAgent(dashboard.url);
    agents.push(stray);
    stray.hold('left-by-an-earlier-dashboard');
    await eventually(() =>
      expect(stray.ended.map((end) => end.faultId)).toEqual(['left-by-an-earlier-dashboard']),
    );
    const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
    expect(entries[0]).toMatchObject({ what: 'lease.unknown', who: 'hub' });
  });

  test('survives a short break of the connection', async () => {
    const one = await agent();
    const { fault } = await arm();
    one.socket.io.engine.close();
    await eventually(() => expect(one.socket.connected).toBe(false));
    await one.connected();
    const before = one.leases.get(fault?.faultId ?? '')?.renewals ?? 0;
    await eventually(() => expect(one.leases.get(fault?.faultId ?? '')?.renewals).toBeGreaterThan(before));
    expect(await active()).toHaveLength(1);
  });

  test('that ended while its agent was away keeps the read-back of the agent', async () => {
    const one = await agent();
    const { fault } = await arm();
    const faultId = fault?.faultId ?? '';
    one.socket.io.engine.close();
    await eventually(() => expect(one.socket.connected).toBe(false));
    const end = { ...one.end(faultId, 'failed'), reverted: false, readBack: 'could not be undone' };
    await one.connected();
    one.socket.emit('lease.ended', end);
    await eventually(async () => {
      const { faults } = await dashboard.call('faults', 'GET', '/api/faults');
      expect(faults[0]).toMatchObject({ faultId, reverted: false, readBack: 'could not be undone' });
    });
  });

  test('of a process that was replaced is closed: the effect died with it', async () => {
    const one = await agent();
    await arm();
    one.close();
    await agent({ pid: 4712 });
    await eventually(async () => {
      const { faults } = await dashboard.call('faults', 'GET', '/api/faults');
      expect(faults[0]).toMatchObject({ reverted: true, readBack: 'the process was replaced by pid 4712' });
    });
  });

  test('is not renewed after the death of the dashboard, and its interval is closed by the next one', async () => {
    const one = await agent();
    const { fault } = await arm();
    const faultId = fault?.faultId ?? '';
    // Answers nothing while the dashboard goes down: as after SIGKILL, nobody releases.
    one.answers = false;
    await dashboard.close();
    one.answers = true;
    await eventually(() => expect(one.ended.map((end) => end.faultId)).toEqual([faultId]));
    expect(one.ended[0]?.reason).toBe('expired');
    dashboard = await startDashboard({ dataDir: dir.path });
    await eventually(async () => {
      const { faults } = await dashboard.call('faults', 'GET', '/api/faults');
      expect(faults[0]).toMatchObject({ faultId, endReason: 'expired' });
    });
  });

  test('that an earlier dashboard left, and whose agent is late, gets the read-back of the agent after all', async () => {
    const one = await agent();
    const { fault } = await arm();
    const faultId = fault?.faultId ?? '';
    one.answers = false;
    await dashboard.close();
    one.socket.disconnect();
    dashboard = await startDashboard({ dataDir: dir.path, time: hasty });
    const stored = async () => (await dashboard.call('faults', 'GET', '/api/faults')).faults[0];
    await eventually(async () => expect(await stored()).toMatchObject({ faultId, reverted: null }));
    const late = new TestAgent(dashboard.url, one.hello);
    agents.push(await late.connected());
    late.socket.emit('lease.ended', one.end(faultId, 'expired'));
    await eventually(async () =>
      expect(await stored()).toMatchObject({
        faultId,
        reverted: true,
        readBack: 'seam empty',
        injections: 3,
      }),
    );
  });
});

describe('the halt', () => {
  test('ends everything with read-back, refuses new faults until released, and outlives a restart', async () => {
    const one = await agent();
    const two = await agent({ service: 'orders', instance: 'orders-1' });
    await arm();
    await arm({ ...SPEC, target: { kind: 'service', service: 'orders' } });
    const { state, answers } = await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
    expect(one.leases.size + two.leases.size).toBe(0);
    expect(answers.map((answer) => answer.ended[0]?.readBack)).toEqual(['seam empty', 'seam empty']);
    expect(state).toMatchObject({ halted: true, reason: 'enough', by: 'person' });
    expect(state.lastEffectGoneMs).toBeGreaterThan(0);
    expect(await active()).toEqual([]);
    expect(await refusal(SPEC)).toEqual({ status: 423, code: 'halted' });

    await dashboard.close();
    dashboard = await startDashboard({ dataDir: dir.path });
    expect(await refusal(SPEC)).toEqual({ status: 423, code: 'halted' });
    expect(await dashboard.call('unhalt', 'DELETE', '/api/halt')).toMatchObject({ halted: false });
    expect(await refusal(SPEC)).toEqual({ status: 503, code: 'target_absent' });
  });

  test('says which agent did not answer, and stops renewing its leases', async () => {
    const one = await agent();
    const { fault } = await arm();
    one.answers = false;
    const { answers, state } = await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
    expect(answers[0]?.problem).toContain('no answer');
    expect(state).toMatchObject({ lastEffectGoneMs: null, unconfirmed: 1 });
    await eventually(() => expect(one.ended[0]?.reason).toBe('expired'));
    await eventually(async () => expect(await active()).toEqual([]));
    expect(one.ended[0]?.faultId).toBe(fault?.faultId);
  });

  test('reaches an agent that was away as soon as it is back, and is confirmed only then', async () => {
    const one = await agent();
    const two = await agent({ service: 'orders', instance: 'orders-1' });
    await arm();
    await arm({ ...SPEC, target: { kind: 'service', service: 'orders' } });
    two.socket.disconnect();
    await eventually(async () => {
      const { agents: known } = await dashboard.call('agents', 'GET', '/api/agents');
      expect(known.filter((a) => a.connected)).toHaveLength(1);
    });
    const { state } = await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
    expect(one.leases.size).toBe(0);
    expect(state).toMatchObject({ lastEffectGoneMs: null, unconfirmed: 1 });
    two.socket.connect();
    await eventually(() => expect(two.ended[0]?.reason).toBe('released'));
    await eventually(async () => expect(await active()).toEqual([]));
  });
});
