import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Run } from '@stormglass/chaos/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { serverSpan, startCollector, type TestCollector } from '../testing/collector.ts';
import { stormglass } from '../testing/command-line.ts';
import { tempDir } from '../testing/dashboard.ts';
import { type DashboardProcess, freePort, startDashboardProcess } from '../testing/dashboard-process.ts';
import { eventually } from '../testing/eventually.ts';

const EXPERIMENT = `
title: Payments are slow
description: Latency on payments until somebody stops it
sli: { service: gateway, metric: availability, window: 60 }
steady-state-hypothesis:
  title: Orders work
  probes:
    - type: probe
      name: good
      provider: { type: sli, query: { service: gateway, metric: availability, window: 60 } }
      tolerance: { type: range, range: [0.9, 1] }
method:
  - type: action
    name: no deduplication
    provider: { type: protection, service: payments, name: dedupe }
  - type: action
    name: slow
    provider:
      type: fault
      spec:
        action: { type: latency, ms: 900 }
        target: { kind: service, service: payments }
        durationMs: 600000
`;

let dir: ReturnType<typeof tempDir>;
let collector: TestCollector;
let dashboard: DashboardProcess;
let agent: TestAgent;
let env: Parameters<typeof startDashboardProcess>[0];
const switched: boolean[] = [];

beforeEach(async () => {
  dir = tempDir();
  mkdirSync(join(dir.path, 'experiments'));
  writeFileSync(join(dir.path, 'experiments', 'slow.yaml'), EXPERIMENT);
  collector = await startCollector(join(dir.path, 'collector'));
  env = {
    ...collector.env,
    PORT: String(await freePort()),
    STORMGLASS_DATA_DIR: join(dir.path, 'web'),
    STORMGLASS_EXPERIMENTS: join(dir.path, 'experiments'),
  };
  dashboard = await startDashboardProcess(env);
  switched.length = 0;
  agent = new TestAgent(dashboard.url, {
    controls: [{ name: 'switch.set', title: 'Protections', input: {} }],
    protections: [{ name: 'dedupe', about: '', on: true, until: null }],
  });
  agent.answerControl = ({ input }) => {
    const { name, on } = input as { name: string; on: boolean };
    switched.push(on);
    return { ok: true, result: { name, on, until: null } };
  };
  await agent.connected();
}, 90_000);
afterEach(async () => {
  agent.close();
  await dashboard.kill();
  await collector.stop();
  dir.remove();
});

const run = async (id: string): Promise<Run> => Run.parse(await dashboard.call('GET', `/api/runs/${id}`));

test('a run whose dashboard is killed ends as interrupted at the next start, its faults read back and its protections on', async () => {
  await eventually(async () => {
    for (let i = 0; i < 6; i++) {
      await collector.send('traces', serverSpan({ endMs: Date.now() - 2_500 }));
    }
    const at = Date.now();
    const found = await dashboard.call('GET', `/api/services?from=${at - 60_000}&to=${at}`);
    expect(JSON.stringify(found)).toContain('"service":"gateway"');
  });
  const { id } = Run.parse(await dashboard.call('POST', '/api/runs', { experimentId: 'slow' }));
  await eventually(() => expect(agent.leases.size).toBe(1));
  await eventually(async () =>
    expect((await run(id)).events.map(({ type }) => type)).toContain('fault-armed'),
  );
  expect(switched).toEqual([false]);

  await dashboard.kill('SIGKILL');
  dashboard = await startDashboardProcess(env);

  const ended = await eventually(async () => {
    const now = await run(id);
    expect(now.verdict).not.toBeNull();
    return now;
  });
  expect(agent.leases.size).toBe(0);
  expect(switched.at(-1)).toBe(true);
  expect(ended).toMatchObject({
    verdict: 'interrupted',
    why: 'the dashboard ended while the experiment ran; all its faults are gone, read back',
  });
  const since = ended.events.findLastIndex((event) => event.type === 'fault-armed');
  expect(ended.events.slice(since).filter(({ type }) => type !== 'activity-ended')).toEqual([
    expect.objectContaining({ type: 'fault-armed' }),
    expect.objectContaining({ type: 'phase', phase: 'recovering' }),
    expect.objectContaining({ type: 'phase', phase: 'reverting' }),
    expect.objectContaining({ type: 'fault-ended', reverted: true, readBack: 'seam empty' }),
    expect.objectContaining({ type: 'ended', verdict: 'interrupted' }),
  ]);
  expect(ended.events).toContainEqual(
    expect.objectContaining({ type: 'activity-ended', name: 'payments has dedupe back', ok: true }),
  );
  const report = await stormglass(dashboard.url, 'report', id, '--format', 'markdown');
  expect(report.out).toContain('interrupted');
  expect(report.out).toContain('seam empty');
}, 120_000);
