import { cpSync } from 'node:fs';
import { FaultSpec } from '@stormglass/agents/contract';
import { ExperimentSpec } from '@stormglass/chaos/contract';
import type { RunExperiment } from '@stormglass/chaos/engine';
import { computeRecovery } from '@stormglass/chaos/recovery';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { noTelemetry } from '../window/telemetry.ts';

const sli = { service: 'gateway', metric: 'good_rate' };
const SPEC = ExperimentSpec.parse({
  ...{ title: 'Payments are slow', description: 'Latency on payments', sli, method: [] },
  'steady-state-hypothesis': {
    title: 'Orders work',
    probes: [{ type: 'probe', name: 'good', provider: { type: 'sli', query: sli } }],
  },
});
const FAULT = FaultSpec.parse({
  action: { type: 'latency' },
  target: { kind: 'service', service: 'payments' },
  durationMs: 60_000,
});

/** Seeds from this one on arm their fault and wait to be stopped; others end at once. */
const WAITS = 90;
/** This seed's steady state holds only at its second attempt. */
const COLD = 50;
let attempts: number[] = [];

/** Arms a real fault and measures it; the judging is left out. */
const small: RunExperiment = async function* ({ ports, runId, spec, seed, clock, signal }) {
  attempts.push(seed);
  if (seed === COLD && attempts.filter((one) => one === COLD).length === 1) {
    yield { type: 'ended', at: clock.now(), verdict: 'not-run', why: 'cold' };
    return;
  }
  yield { type: 'phase', at: clock.now(), phase: 'method' };
  const { faultId } = await ports.arm(FAULT, { runId, title: spec.title });
  yield { type: 'fault-armed', at: clock.now(), faultId, title: 'latency' };
  if (seed >= WAITS) await clock.sleep(600_000, signal);
  const { reverted, readBack } = await ports.release(faultId);
  yield { type: 'fault-ended', at: clock.now(), faultId, reverted, readBack };
  const now = clock.now();
  const timeline = ports.timeline(now - 30_000, now);
  const faults = timeline.faults
    .filter((fault) => fault.faultId === faultId)
    .map((fault) => ({ ...fault, firstEffectAt: fault.armedAt }));
  const baseline = { from: now - 30_000, to: now - 20_000 };
  const recovery = computeRecovery({ timeline, faults, sli: spec.sli, baseline, dwellMs: 0, now });
  yield { type: 'measured', at: now, recovery };
  yield { type: 'ended', at: now, verdict: signal.aborted ? 'aborted' : 'passed', why: 'so it ends' };
};

const reached: string[][] = [];
const ingredients = {
  runExperiment: small,
  loadExperiments: async () => ({
    experiments: [{ id: 'slow', path: 'slow.yaml', spec: SPEC }],
    refused: [],
  }),
  telemetry: {
    ...noTelemetry(),
    reach: async (faultIds: readonly string[]) => {
      reached.push([...faultIds]);
      return { requests: 100, hurt: 10, descended: 15, tracesRead: 10, oneIn: 1 };
    },
  },
};

let dir: ReturnType<typeof tempDir>;
let dashboard: TestDashboard;
let agent: TestAgent;

beforeEach(async () => {
  attempts = [];
  dir = tempDir();
  dashboard = await startDashboard({ dataDir: dir.path, ...ingredients });
  agent = await new TestAgent(dashboard.url).connected();
});
afterEach(async () => {
  agent.close();
  await dashboard.close();
  dir.remove();
});

const start = (seeds: number | number[]) =>
  dashboard.call('startRepeat', 'POST', '/api/repeats', { experimentId: 'slow', seeds });
const report = (id: string) => dashboard.call('repeat', 'GET', `/api/repeats/${id}`);
const over = (id: string) =>
  eventually(async () => expect((await report(id)).repeat.state).not.toBe('running'));
/** The run that waits to be stopped has begun, and its fault is on. */
const waiting = () =>
  eventually(() => {
    expect(attempts).toContain(WAITS);
    expect(agent.leases.size).toBe(1);
  });

describe('repeated runs', () => {
  test('are runs with one seed each, one after the other, with what they say together', async () => {
    const { id } = await start(3);
    await over(id);
    const { repeat, runs, result } = await report(id);
    expect(repeat).toMatchObject({ title: SPEC.title, state: 'ended', why: '', seeds: [1, 2, 3] });
    expect(repeat.endedAt).not.toBeNull();
    expect(runs.map(({ seed, verdict }) => [seed, verdict])).toEqual([
      [1, 'passed'],
      [2, 'passed'],
      [3, 'passed'],
    ]);
    expect(attempts).toEqual([1, 2, 3]);
    // One after the other: none began before the one before it had ended.
    for (const [index, run] of runs.entries()) {
      expect(run.startedAt).toBeGreaterThanOrEqual(runs[index - 1]?.endedAt ?? 0);
    }
    expect(result).toMatchObject({ counted: 3, leftOut: [], verdicts: [{ verdict: 'passed', count: 3 }] });
    expect(result.figures.find((figure) => figure.id === 'reach')).toMatchObject({
      mean: { value: 0.25, interval: [0.25, 0.25] },
    });
    const { repeats } = await dashboard.call('repeats', 'GET', '/api/repeats');
    expect(repeats.map((one) => one.id)).toEqual([id]);
  });

  test('try a seed again whose steady state did not hold', async () => {
    const { id } = await start([COLD, 2]);
    await over(id);
    const { repeat, result } = await report(id);
    expect(repeat.runs.map(({ seed }) => seed)).toEqual([COLD, COLD, 2]);
    expect(repeat.state).toBe('ended');
    expect(result.leftOut).toMatchObject([{ seed: COLD, why: 'not-run: cold' }]);
  });

  test('are stopped: the fault that is on is reverted, and no other run begins', async () => {
    const { id } = await start([1, WAITS, 3]);
    await waiting();
    const stopped = await dashboard.call('stopRepeat', 'POST', `/api/repeats/${id}/stop`);
    expect(stopped).toMatchObject({ state: 'stopped', why: 'stopped by person' });
    expect(agent.leases.size).toBe(0);
    expect(attempts).toEqual([1, WAITS]);
    const again = await dashboard.send('POST', `/api/repeats/${id}/stop`, { body: {} });
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  });

  test('end when one of their runs is aborted or all chaos is stopped', async () => {
    const { id } = await start([WAITS, 2]);
    await waiting();
    await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
    await over(id);
    expect((await report(id)).repeat).toMatchObject({
      state: 'stopped',
      why: expect.stringContaining(`the run with seed ${WAITS} ended as aborted`),
    });
    expect(attempts).toEqual([WAITS]);
    const refused = await dashboard.send('POST', '/api/repeats', {
      body: { experimentId: 'slow', seeds: 2 },
    });
    expect(refused).toMatchObject({ status: 423, body: { error: { code: 'halted' } } });
  });

  test('are made one at a time, and a single run is refused while one of theirs goes on', async () => {
    const { id } = await start([WAITS, 2]);
    await waiting();
    for (const [path, body] of [
      ['/api/repeats', { experimentId: 'slow', seeds: 2 }],
      ['/api/runs', { experimentId: 'slow' }],
    ] as const) {
      const second = await dashboard.send('POST', path, { body });
      expect(second).toMatchObject({ status: 409, body: { error: { code: 'run_in_progress' } } });
    }
    await dashboard.call('stopRepeat', 'POST', `/api/repeats/${id}/stop`);
  });

  test('that are asked for wrongly are refused before anything begins', async () => {
    for (const [body, status] of [
      [{ experimentId: 'none', seeds: 2 }, 404],
      [{ experimentId: 'slow', seeds: 1 }, 400],
      [{ experimentId: 'slow', seeds: [3, 3] }, 400],
      [{ experimentId: 'slow', seeds: 2, unprotected: true }, 400],
      [{ experimentId: 'slow' }, 400],
    ] as const) {
      expect((await dashboard.send('POST', '/api/repeats', { body })).status, JSON.stringify(body)).toBe(
        status,
      );
    }
    expect(attempts).toEqual([]);
    expect((await dashboard.call('repeats', 'GET', '/api/repeats')).repeats).toEqual([]);
    expect((await dashboard.send('GET', '/api/repeats/none')).status).toBe(404);
    expect((await dashboard.send('POST', '/api/repeats/none/stop', { body: {} })).status).toBe(404);
  });

  test('whose dashboard ended are interrupted, with what they had', async () => {
    const { id } = await start([1, WAITS, 3]);
    await waiting();
    const left = tempDir();
    cpSync(dir.path, left.path, { recursive: true });
    const killed = await startDashboard({ dataDir: left.path, ...ingredients });
    const after = await killed.call('repeat', 'GET', `/api/repeats/${id}`);
    expect(after.repeat).toMatchObject({ state: 'interrupted', why: 'the dashboard ended while it ran' });
    expect(after.result.counted).toBe(1);
    await killed.close();
    left.remove();

    await dashboard.close();
    expect(agent.ended.at(-1)?.reason).toBe('released');
    dashboard = await startDashboard({ dataDir: dir.path, ...ingredients });
    expect((await report(id)).repeat).toMatchObject({
      state: 'interrupted',
      runs: [{ seed: 1 }, { seed: WAITS }],
    });
    expect(attempts).toEqual([1, WAITS]);
  });
});

describe('the reach of a run', () => {
  test('is counted in the store before the verdict, for the faults of the run', async () => {
    const { id } = await dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'slow', seed: 4 });
    await eventually(async () =>
      expect((await dashboard.call('run', 'GET', `/api/runs/${id}`)).verdict).toBe('passed'),
    );
    const run = await dashboard.call('run', 'GET', `/api/runs/${id}`);
    expect(run.recovery?.reach).toMatchObject({ value: 0.25, unit: 'share' });
    const armed = run.events.find((event) => event.type === 'fault-armed');
    expect(reached.at(-1)).toEqual([armed?.type === 'fault-armed' ? armed.faultId : '']);
  });

  test('is unknown when the store cannot be asked; the verdict stands all the same', async () => {
    await dashboard.close();
    dashboard = await startDashboard({ dataDir: dir.path, ...ingredients, telemetry: noTelemetry() });
    agent.close();
    agent = await new TestAgent(dashboard.url).connected();
    const { id } = await dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'slow', seed: 4 });
    await eventually(async () =>
      expect((await dashboard.call('run', 'GET', `/api/runs/${id}`)).verdict).toBe('passed'),
    );
    const { recovery } = await dashboard.call('run', 'GET', `/api/runs/${id}`);
    expect(recovery?.reach.value).toBeNull();
    expect(recovery?.reach.inputs).toContain('the store could not be asked: no telemetry store');
  });
});
