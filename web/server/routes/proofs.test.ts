import { emptyTimeline, type Timeline } from '@stormglass/agents/contract';
import { ExperimentSpec, type Run } from '@stormglass/chaos/contract';
import { computeRecovery } from '@stormglass/chaos/recovery';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState } from '../state/index.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { noTelemetry } from '../window/telemetry.ts';

/** Longer ago than the dashboard remembers by itself: the store is asked. */
const START = Math.floor(Date.now() / 1000) * 1000 - 86_400_000;
const sli = { service: 'gateway', metric: 'good_rate' as const, within_ms: 500, window: 10 };
const experiment = ExperimentSpec.parse({
  ...{ title: 'Payments are slow', description: 'Latency on payments', sli, method: [] },
  'steady-state-hypothesis': {
    title: 'Orders work',
    probes: [{ type: 'probe', name: 'good', provider: { type: 'sli', query: sli } }],
  },
});

/** One call a second on two operations in the minute from `at` on; from the second minute on ten fail. */
function minuteOf(at: number, errors: number): Timeline['traffic'] {
  return Array.from({ length: 60 }, (_, n) => ({
    ...{
      second: at / 1000 + n,
      kind: 'server' as const,
      service: 'gateway',
      peer: '',
      operation: 'POST /orders',
    },
    ...{ calls: 20, errors, receipts: 0, durations: [[80, 20]] as [number, number][] },
  }));
}

function run(id: string, startedAt: number, over: Partial<Run> = {}): Run {
  const now = startedAt + 60_000;
  const recovery = computeRecovery({
    ...{ timeline: emptyTimeline(), faults: [], sli, dwellMs: 3_000, now },
    baseline: { from: startedAt, to: startedAt + 10_000 },
  });
  return {
    ...{ id, experimentId: 'slow', experiment, seed: 1, unprotected: false, startedBy: 'ada', startedAt },
    ...{ endedAt: now, phase: 'ended', verdict: 'deviated', why: '', recovery },
    events: [{ type: 'fault-armed', at: startedAt, faultId: 'f', title: 'latency' }],
    ...over,
  };
}

let dir: ReturnType<typeof tempDir>;
let dashboard: TestDashboard;

beforeEach(async () => {
  dir = tempDir();
  const state = openState(dir.path, () => Date.now());
  const runs = [
    run('well', START),
    run('ill', START + 120_000),
    run('forgotten', START + 600_000),
    run('idle', START, { events: [] }),
  ];
  for (const one of runs) {
    state.runs.save(one);
    for (const [seq, event] of one.events.entries()) state.runs.addEvent(one.id, seq, event);
  }
  state.close();
  const traffic = [...minuteOf(START, 0), ...minuteOf(START + 120_000, 10)];
  dashboard = await startDashboard({
    dataDir: dir.path,
    telemetry: {
      ...noTelemetry(),
      timeline: async ({ from, to }) => ({
        ...emptyTimeline(),
        traffic: traffic.filter(({ second }) => second * 1000 >= from && second * 1000 < to),
      }),
    },
  });
});
afterEach(async () => {
  await dashboard.close();
  dir.remove();
});

const compare = (query: string, id = 'well') => dashboard.send('GET', `/api/runs/${id}/comparison?${query}`);

describe('the comparison of two runs', () => {
  test('marks what differs, from the store of both', async () => {
    const found = await dashboard.call('compareRuns', 'GET', '/api/runs/well/comparison?with=ill');
    expect(found).toMatchObject({ part: 'fault', a: { runId: 'well', blocks: 12 }, b: { runId: 'ill' } });
    const errors = found.rows[0]?.differences.find(({ figure }) => figure === 'errors');
    expect(errors).toMatchObject({ a: 0, b: 0.5, change: 0.5, mark: '***' });
    expect(found.rows[0]?.differences.find(({ figure }) => figure === 'rate')?.mark).toBe('');
    expect(found.method.length).toBeGreaterThan(0);
  });

  test.each([
    ['of an unknown run', 'with=none', 'well', 404, 'not_found'],
    ['of a run with itself', 'with=well', 'well', 400, 'invalid_request'],
    ['without another run', '', 'well', 400, 'invalid_request'],
    ['of a part there is not', 'with=ill&part=middle', 'well', 400, 'invalid_request'],
    ['of a run that injected nothing', 'with=idle', 'well', 409, 'conflict'],
    ['of a run whose telemetry is gone', 'with=forgotten', 'well', 404, 'not_found'],
  ])('%s is refused', async (_what, query, id, status, code) => {
    expect(await compare(query, id)).toMatchObject({ status, body: { error: { code } } });
  });
});

describe('the report of a run', () => {
  test.each([
    ['html', 'text/html', '<!doctype html>'],
    ['markdown', 'text/markdown', '# Payments are slow'],
    ['junit', 'application/xml', '<?xml'],
    ['json', 'application/json', '{'],
  ])('is a document as %s, which may do nothing', async (format, type, begin) => {
    const answer = await fetch(`${dashboard.url}/api/runs/well/report?format=${format}`);
    expect(answer.headers.get('content-type')).toContain(type);
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect((await answer.text()).toLowerCase()).toContain(begin.toLowerCase());
  });

  test.each([
    ['of an unknown run', 'none', 'html', 404, 'not_found'],
    ['in an unknown format', 'well', 'pdf', 400, 'invalid_request'],
  ])('%s is refused', async (_what, id, format, status, code) => {
    const reply = await dashboard.send('GET', `/api/runs/${id}/report?format=${format}`);
    expect(reply).toMatchObject({ status, body: { error: { code } } });
  });
});

describe('the proof of breakers', () => {
  test('of a range without any is empty, and says how it judges', async () => {
    const query = `from=${START}&to=${START + 60_000}`;
    const found = await dashboard.call('breakerProof', 'GET', `/api/breakers/proof?${query}`);
    expect(found).toMatchObject({ breakers: [], retryAmplification: [] });
    expect(found.method.length).toBeGreaterThan(0);
  });

  test.each([
    ['with half a baseline', `from=${START}&to=${START + 1}&baseFrom=1`],
    ['of a range that ends before it begins', `from=${START}&to=${START - 1}`],
    ['without a range', ''],
  ])('%s is refused', async (_what, query) => {
    const reply = await dashboard.send('GET', `/api/breakers/proof?${query}`);
    expect(reply).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
  });
});
