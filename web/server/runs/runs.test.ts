import { emptyTimeline, FaultSpec } from '@stormglass/agents/contract';
import { ExperimentSpec } from '@stormglass/chaos/contract';
import { type RunExperiment, RunInterruption } from '@stormglass/chaos/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { noTelemetry } from '../window/telemetry.ts';

const sli = { service: 'gateway', metric: 'good_rate' };
const SPEC = ExperimentSpec.parse({
  title: 'Payments are slow',
  description: 'Latency on payments',
  sli,
  'steady-state-hypothesis': {
    title: 'Orders work',
    probes: [{ type: 'probe', name: 'good', provider: { type: 'sli', query: sli } }],
  },
  method: [],
});
const FAULT = FaultSpec.parse({
  action: { type: 'latency' },
  target: { kind: 'service', service: 'payments' },
  durationMs: 60_000,
});

/** Arms one fault, waits to be stopped, releases it: what the real engine does, without the judging. */
const untilStopped: RunExperiment = async function* ({ ports, runId, spec, clock, signal }) {
  yield { type: 'phase', at: clock.now(), phase: 'method' };
  const { faultId } = await ports.arm(FAULT, { runId, title: spec.title });
  yield { type: 'fault-armed', at: clock.now(), faultId, title: 'latency' };
  await clock.sleep(600_000, signal);
  const { reverted, readBack } = await ports.release(faultId);
  yield { type: 'fault-ended', at: clock.now(), faultId, reverted, readBack };
  const verdict = signal.reason instanceof RunInterruption ? 'interrupted' : 'aborted';
  yield { type: 'ended', at: clock.now(), verdict, why: String(signal.reason.message) };
};

const ingredients = {
  runExperiment: untilStopped,
  loadExperiments: async () => ({
    experiments: [{ id: 'slow', path: 'slow.yaml', spec: SPEC }],
    refused: [],
  }),
};

let dir: ReturnType<typeof tempDir>;
let dashboard: TestDashboard;
let agent: TestAgent;

beforeEach(async () => {
  dir = tempDir();
  dashboard = await startDashboard({ dataDir: dir.path, ...ingredients });
  agent = await new TestAgent(dashboard.url).connected();
});
afterEach(async () => {
  agent.close();
  await dashboard.close();
  dir.remove();
});

const start = () => dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'slow', seed: 7 });
const armed = () => eventually(() => expect(agent.leases.size).toBe(1));

describe('a run', () => {
  test('keeps its events and verdict, and its faults carry its id', async () => {
    const run = await start();
    expect(run).toMatchObject({ experimentId: 'slow', seed: 7, verdict: null });
    await armed();
    const { faults } = await dashboard.call('faults', 'GET', '/api/faults');
    expect(faults[0]?.runId).toBe(run.id);
    const ended = await dashboard.call('abortRun', 'POST', `/api/runs/${run.id}/abort`);
    expect(ended).toMatchObject({ verdict: 'aborted', why: 'aborted by person', phase: 'ended' });
    expect(ended.events.map((event) => event.type)).toEqual(['phase', 'fault-armed', 'fault-ended', 'ended']);
    expect(agent.leases.size).toBe(0);
    const { runs } = await dashboard.call('runs', 'GET', '/api/runs');
    expect(runs).toEqual([expect.objectContaining({ id: run.id, title: SPEC.title, verdict: 'aborted' })]);
  });

  test('runs alone: a second one is refused until the first has ended', async () => {
    const run = await start();
    const second = await dashboard.send('POST', '/api/runs', { body: { experimentId: 'slow' } });
    expect(second).toMatchObject({ status: 409, body: { error: { code: 'run_in_progress' } } });
    await dashboard.call('abortRun', 'POST', `/api/runs/${run.id}/abort`);
    const again = await dashboard.send('POST', `/api/runs/${run.id}/abort`, { body: {} });
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    await start();
  });

  test('does not begin when chaos was halted, or a sweep begun, while its experiment was read', async () => {
    for (const [path, body, status] of [
      ['/api/sweeps', {}, 409],
      ['/api/halt', { reason: 'enough' }, 423],
    ] as const) {
      const read = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const planned = Promise.withResolvers<never>();
      await dashboard.close();
      dashboard = await startDashboard({
        ...{ dataDir: dir.path, runExperiment: untilStopped },
        telemetry: {
          ...{ ...noTelemetry(), timeline: async () => emptyTimeline() },
          ...{ journeys: () => planned.promise, journeyPaths: () => planned.promise },
          serviceMap: () => {
            read.resolve();
            return planned.promise;
          },
        },
        loadExperiments: async () => {
          asked.resolve();
          await read.promise;
          return ingredients.loadExperiments();
        },
      });
      const run = dashboard.send('POST', '/api/runs', { body: { experimentId: 'slow' } });
      await asked.promise;
      const other = dashboard.send('POST', path, { body });
      if (path === '/api/halt') await other.then(() => read.resolve());
      expect((await run).status).toBe(status);
      if (path === '/api/sweeps') planned.reject(new Error('nothing to plan'));
      await other;
    }
  });

  test('of an unknown experiment is refused', async () => {
    const reply = await dashboard.send('POST', '/api/runs', { body: { experimentId: 'none' } });
    expect(reply.status).toBe(404);
  });

  test('is aborted by the halt, and none starts while halted', async () => {
    const run = await start();
    await armed();
    await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
    await eventually(async () => {
      const { verdict, why } = await dashboard.call('run', 'GET', `/api/runs/${run.id}`);
      expect([verdict, why]).toEqual(['aborted', 'all chaos was stopped: enough']);
    });
    const next = await dashboard.send('POST', '/api/runs', { body: { experimentId: 'slow' } });
    expect(next.status).toBe(423);
  });

  test('is interrupted, with its faults released, when the dashboard is stopped', async () => {
    const run = await start();
    await armed();
    await dashboard.close();
    expect(agent.ended.map((end) => end.reason)).toEqual(['released']);
    dashboard = await startDashboard({ dataDir: dir.path, ...ingredients });
    expect(await dashboard.call('run', 'GET', `/api/runs/${run.id}`)).toMatchObject({
      verdict: 'interrupted',
    });
  });
});
