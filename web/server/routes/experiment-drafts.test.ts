import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorBody } from '@stormglass/agents/contract';
import { loadExperiments, type RunExperiment } from '@stormglass/chaos/engine';
import { render } from '@stormglass/chaos/report';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';

const TEXT = `# what is tried
title: Charges are slow
description: Latency on payments.
sli: { service: gateway, metric: good_rate }
steady-state-hypothesis:
  title: Orders work
  probes:
    - type: probe
      name: good
      provider: { type: sli, query: { service: gateway, metric: good_rate } }
      tolerance: { type: range, range: [0.8, 1] }
method:
  - type: action
    name: slow
    provider:
      type: fault
      spec:
        action: { type: latency, ms: 10 }
        target: { kind: service, service: payments }
  - type: action
    name: more load
    provider: { type: control, service: loadgen, name: load.set, input: { rate: 9 } }
guards:
  - name: few errors
    query: { service: gateway, metric: error_rate }
    tolerance: { type: range, range: [0, 0.5] }
`;
const WRONG = TEXT.replace('ms: 10', 'ms: soon').replace('guards:', 'gards: []\nguards:');

/** Passes at once. */
const passing: RunExperiment = async function* ({ clock }) {
  yield { type: 'ended', at: clock.now(), verdict: 'passed', why: 'as expected' };
};

let dir: ReturnType<typeof tempDir>;
let dashboard: TestDashboard;

beforeEach(async () => {
  dir = tempDir();
  writeFileSync(join(dir.path, 'slow.yaml'), TEXT);
  writeFileSync(join(dir.path, 'wrong.yaml'), WRONG);
  dashboard = await startDashboard({
    dataDir: dir.path,
    runExperiment: passing,
    loadExperiments: () => loadExperiments(dir.path),
  });
});
afterEach(async () => {
  await dashboard.close();
  dir.remove();
});

const drafts = '/api/experiment-drafts';

describe('the text of an experiment', () => {
  test('is checked: each problem has code, path, line, column and next step', async () => {
    const check = (text: string) => dashboard.call('checkDraft', 'POST', `${drafts}/check`, { text });
    expect(await check(TEXT)).toEqual({ title: 'Charges are slow', problems: [] });
    const { title, problems } = await check(WRONG);
    expect(title).toBeNull();
    expect(problems).toEqual([
      {
        ...{ code: 'wrong_type', path: 'method[0].provider.spec.action.ms', line: 18, column: 38 },
        message: 'is "soon"; write a number',
        next: 'Write a value of that type.',
      },
    ]);
    const broken = await check('title: [a');
    expect(broken.problems[0]).toMatchObject({ code: 'syntax', line: 1, column: expect.any(Number) });
    const misspelt = await check(TEXT.replace('guards:', 'gards:'));
    expect(misspelt.problems).toEqual([
      expect.objectContaining({ code: 'unknown_field', path: 'gards', line: 23 }),
    ]);
  });

  test('is had as it was written, be it valid or not', async () => {
    const slow = await dashboard.call('experimentSource', 'GET', '/api/experiments/slow/source');
    expect(slow).toEqual({ id: 'slow', file: 'slow.yaml', text: TEXT });
    const wrong = await dashboard.call('experimentSource', 'GET', '/api/experiments/wrong/source');
    expect(wrong.text).toBe(WRONG);
    const none = await dashboard.send('GET', '/api/experiments/none/source');
    expect(none).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  });

  test('may hold what the schema says, down to the parameters of each fault', async () => {
    const schema = await dashboard.call('experimentSchema', 'GET', '/api/experiment-schema');
    expect(schema.required).toContain('steady-state-hypothesis');
    expect(JSON.stringify(schema)).toContain('"const":"latency"');
  });
});

describe('a dry run of a text', () => {
  const dry = (text = TEXT) => dashboard.call('dryRunDraft', 'POST', `${drafts}/dry-run`, { text });

  test('names targets, what nobody offers, and what hypothesis and guards see, and hurts nothing', async () => {
    const agent = await new TestAgent(dashboard.url).connected();
    const found = await dry();
    expect(found.faults).toEqual([
      expect.objectContaining({
        activity: 'slow',
        index: 0,
        title: expect.stringContaining('payments'),
        error: null,
      }),
    ]);
    expect(found.faults[0]?.targets).toEqual([expect.objectContaining({ service: 'payments' })]);
    expect(found.others).toEqual([expect.objectContaining({ activity: 'more load', ok: false })]);
    expect(found.hypothesis).toEqual([
      { name: 'good', ok: null, says: expect.stringContaining('only 0 calls') },
    ]);
    expect(found.guards).toEqual([
      { name: 'few errors', ok: null, says: expect.stringContaining('wanted 0 to 0.5') },
    ]);
    expect(found.blocked).toBeNull();
    expect(agent.leases.size).toBe(0);
    agent.close();
  });

  test('says why a fault could not be armed, and why no run could begin', async () => {
    expect((await dry()).faults[0]?.error).toMatchObject({ code: 'target_absent', next: expect.any(String) });
    await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
    expect((await dry()).blocked).toMatchObject({ code: 'halted' });
  });
});

describe('a run of a text', () => {
  const path = `${drafts}/runs`;

  test('keeps the text, so that its report and everybody who looks later see what ran', async () => {
    const begun = await dashboard.call('runDraft', 'POST', path, { text: TEXT, seed: 7 });
    expect(begun).toMatchObject({ experimentId: 'draft:charges-are-slow', seed: 7, source: TEXT });
    await eventually(async () => {
      const run = await dashboard.call('run', 'GET', `/api/runs/${begun.id}`);
      expect(run).toMatchObject({
        verdict: 'passed',
        source: TEXT,
        experiment: { title: 'Charges are slow' },
      });
      expect(render(run, 'html')).toContain('# what is tried');
    });
    const { runs } = await dashboard.call('runs', 'GET', '/api/runs');
    expect(runs).toEqual([expect.objectContaining({ id: begun.id, experimentId: 'draft:charges-are-slow' })]);
    expect(runs[0]).not.toHaveProperty('source');
  });

  test('that is wrong is refused with each problem and its place; nothing runs', async () => {
    const { status, body } = await dashboard.send('POST', path, { body: { text: WRONG } });
    expect(status).toBe(422);
    const { error } = body as ErrorBody;
    expect(error.code).toBe('experiment_invalid');
    expect(error.problems).toEqual([expect.objectContaining({ line: 18, column: 38 })]);
    const unprotected = await dashboard.send('POST', path, { body: { text: TEXT, unprotected: true } });
    expect(unprotected).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    expect((await dashboard.call('runs', 'GET', '/api/runs')).runs).toEqual([]);
  });
});
