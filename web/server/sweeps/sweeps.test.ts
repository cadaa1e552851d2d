import { cpSync } from 'node:fs';
import { parseExperiment } from '@stormglass/chaos/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../../live/answers.ts';
import { startCollector, type TestCollector } from '../testing/collector.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { type SmallService, sendTraffic, startService } from '../testing/services.ts';
import { openTelemetry } from '../window/telemetry.ts';

/** Both ask stock; one tries again and can do without it, the other cannot. */
const PATIENT = 'patient-to-stock.error.before';
const FRAIL = 'frail-to-stock.error.before';
// The seed has the short one come first.
const ASKED = { exactly: [PATIENT, FRAIL], minutes: 10, seed: 3, cellSeconds: 60, settleSeconds: 2 };

const data = tempDir();
const state = tempDir();
let collector: TestCollector;
let dashboard: TestDashboard;
const services: SmallService[] = [];
let stopTraffic = () => {};

const openDashboard = (dataDir: string) =>
  startDashboard({
    ...{ dataDir, env: collector.env },
    telemetry: openTelemetry(collector.env.CLICKHOUSE_URL, collector.env.CLICKHOUSE_PASSWORD),
  });

beforeAll(async () => {
  collector = await startCollector(data.path);
  dashboard = await openDashboard(state.path);
  const shared = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlp, STORMGLASS_HUB: dashboard.url };
  const stock = await startService('stock', shared);
  services.push(stock);
  const peer = {
    ...{ ...shared, PEER_URL: stock.url },
    OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING: `${new URL(stock.url).host}=stock`,
  };
  const patient = await startService('patient', { ...peer, FALLBACK: 'yes' });
  const frail = await startService('frail', peer);
  services.push(patient, frail);
  stopTraffic = sendTraffic([patient.url, frail.url], 20);
  await eventually(async () => {
    const { plan } = await dashboard.call('startSweep', 'POST', '/api/sweeps', { ...ASKED, dry: true });
    expect(plan.cells.map(({ id }) => id).sort()).toEqual([FRAIL, PATIENT]);
    // Enough of a past to say what is usual.
    expect(plan.cells.every(({ perMinute }) => perMinute > 300)).toBe(true);
    expect(plan.to - plan.from).toBeGreaterThan(5_000);
  });
});
afterAll(async () => {
  stopTraffic();
  await Promise.all(services.map((service) => service.stop()));
  await dashboard?.close();
  await collector?.stop();
  for (const dir of [data, state]) dir.remove();
});

const get = (id: string) => dashboard.call('sweep', 'GET', `/api/sweeps/${id}`);
async function begin(request: object): Promise<string> {
  const { sweep } = await dashboard.call('startSweep', 'POST', '/api/sweeps', request);
  if (sweep === null) throw new Error('it was only planned');
  return sweep.id;
}
async function until(id: string, holds: (sweep: Answer<'sweep'>) => boolean): Promise<Answer<'sweep'>> {
  for (;;) {
    const sweep = await eventually(async () => {
      const now = await get(id);
      expect(holds(now) || now.state !== 'running').toBe(true);
      return now;
    }).catch(() => null);
    if (sweep !== null) return sweep;
  }
}
const resultOf = ({ results }: Answer<'sweep'>, cell: string) =>
  results.find(({ cellId }) => cellId === cell);

let swept: Answer<'sweep'>;

test('a sweep finds the call that has a fallback and the call that has none, and survives its own interruption', async () => {
  const id = await begin(ASKED);
  const refused = await dashboard.send('POST', '/api/sweeps', { body: ASKED });
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'run_in_progress' } } });
  const first = await until(id, ({ results }) => results.length > 0);
  expect(first.results).toHaveLength(1);

  // A dashboard that was killed now would have this file: what was judged stays.
  const left = tempDir();
  cpSync(state.path, left.path, { recursive: true });
  const killed = await openDashboard(left.path);
  expect(await killed.call('sweep', 'GET', `/api/sweeps/${id}`)).toMatchObject({
    ...{ state: 'interrupted', why: expect.stringContaining('the dashboard ended') },
    ...{ results: [first.results[0]], running: [] },
  });
  await killed.close();
  left.remove();

  const stopped = await dashboard.call('abortSweep', 'POST', `/api/sweeps/${id}/abort`);
  expect(stopped).toMatchObject({ state: 'stopped', results: first.results });
  const { faults } = await dashboard.call('faults', 'GET', '/api/faults');
  expect(faults.filter(({ endedAt }) => endedAt === null)).toEqual([]);

  await dashboard.call('resumeSweep', 'POST', `/api/sweeps/${id}/resume`);
  swept = await until(id, () => false);
  expect(swept).toMatchObject({ state: 'ended', why: '' });
  expect(swept.results.slice(0, 1)).toEqual(first.results);
  expect(swept.results).toHaveLength(2);
  const [patient, frail] = [resultOf(swept, PATIENT), resultOf(swept, FRAIL)];
  expect(patient, patient?.why).toMatchObject({ verdict: 'survives', reverted: true });
  expect(frail, frail?.why).toMatchObject({ verdict: 'breaks', reverted: true });
  // Only half of the traces was hurt.
  expect(frail?.figures?.control.failed).toBe(0);
  expect(frail?.figures?.control.journeys).toBeGreaterThan(3);
}, 300_000);

test('each cell has its square, and its trace with the receipt of its fault', async () => {
  expect(swept.heat).toMatchObject({ rows: ['frail to stock', 'patient to stock'] });
  expect(swept.heat.columns).toEqual([{ id: 'error@before', title: 'Error answer', position: 'before' }]);
  expect(swept.heat.cells.map((cell) => [cell.id, cell.state]).sort()).toEqual([
    [FRAIL, 'breaks'],
    [PATIENT, 'survives'],
  ]);
  for (const { exampleTraceId, faultIds, injections } of swept.results) {
    expect(injections).toBeGreaterThan(0);
    const trace = await dashboard.call('trace', 'GET', `/api/traces/${exampleTraceId}`);
    expect(trace.spans.map(({ attributes }) => attributes['chaos.fault.id'])).toContain(faultIds[0]);
  }
  const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
  const said = entries.filter(({ subject }) => subject === swept.id).map(({ what }) => what);
  for (const what of ['sweep.start', 'sweep.cell', 'sweep.end', 'sweep.resume']) expect(said).toContain(what);
  const { sweeps } = await dashboard.call('sweeps', 'GET', '/api/sweeps');
  expect(sweeps[0]).toMatchObject({ id: swept.id, state: 'ended', verdicts: { breaks: 1, survives: 1 } });
});

test('faults that break something together are reduced to the one that does, and exported', async () => {
  const path = `/api/sweeps/${swept.id}/shrink`;
  const audited = async () =>
    (await dashboard.call('audit', 'GET', '/api/audit')).entries.filter(({ what }) =>
      what.startsWith('sweep.shrink'),
    );
  expect((await dashboard.send('POST', path, { body: { cells: [PATIENT, 'none'] } })).status).toBe(404);
  expect(await audited()).toEqual([]);
  const { shrinks } = await dashboard.call('shrinkSweep', 'POST', path, { cells: [PATIENT, FRAIL] });
  const shrinkId = shrinks[0]?.id ?? '';
  await expect
    .poll(async () => (await get(swept.id)).shrinks[0]?.state, { timeout: 200_000, interval: 250 })
    .not.toBe('running');
  const [shrunk] = (await get(swept.id)).shrinks;
  expect(shrunk, shrunk?.why).toMatchObject({ state: 'ended', smallest: [FRAIL] });
  await eventually(async () =>
    expect((await audited()).map(({ what, outcome }) => [what, outcome])).toEqual([
      ['sweep.shrink-end', `ended: ${FRAIL}`],
      ['sweep.shrink', `${PATIENT}, ${FRAIL}`],
    ]),
  );
  const exported = async (cell: string, as: string) =>
    dashboard.call('exportSweep', 'GET', `/api/sweeps/${swept.id}/export?cell=${cell}&as=${as}`);
  const spec = parseExperiment((await exported(shrinkId, 'experiment')).text);
  expect(spec.method[0]?.provider).toMatchObject({ spec: { target: { from: 'frail', to: 'stock' } } });
  expect((await exported(PATIENT, 'playwright')).name).toBe(`sweep-${PATIENT}.spec.ts`);
  expect((await dashboard.send('GET', `/api/sweeps/${swept.id}/export?cell=none`)).status).toBe(404);
}, 300_000);

test('a halt stops a sweep, and nothing stays hurt', async () => {
  const id = await begin(ASKED);
  await until(id, ({ running }) => running.length > 0);
  await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
  const halted = await until(id, () => false);
  expect(halted).toMatchObject({ state: 'stopped', why: 'all chaos was stopped: enough' });
  // No cell came to its end, and yet its minutes are not as before.
  expect(halted.results).toEqual([]);
  expect(halted.spentMs).toBeGreaterThan(0);
  await eventually(async () => {
    const { faults } = await dashboard.call('faults', 'GET', '/api/faults');
    expect(faults.filter(({ endedAt }) => endedAt === null)).toEqual([]);
  });
  expect((await dashboard.send('POST', '/api/sweeps', { body: ASKED })).status).toBe(423);
  await dashboard.call('unhalt', 'DELETE', '/api/halt');
});

test('none begins while a fault is on: what it hurts is not what is usual', async () => {
  const target = { kind: 'service', service: 'stock' };
  const spec = { action: { type: 'latency', ms: 1 }, target, durationMs: 60_000 };
  const { fault } = await dashboard.call('armFault', 'POST', '/api/faults', { spec });
  const refused = await dashboard.send('POST', '/api/sweeps', { body: ASKED });
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  await dashboard.call('releaseFault', 'DELETE', `/api/faults/${fault?.faultId}`);
});

test('what is asked for wrongly is refused before anything begins', async () => {
  for (const [body, status] of [
    [{ minutes: 0 }, 400],
    [{ exactly: ['no-such-cell'] }, 400],
    [{ ...ASKED, minutes: 0.5 }, 400],
    [{ types: ['earthquake'] }, 400],
  ] as const) {
    expect((await dashboard.send('POST', '/api/sweeps', { body })).status, JSON.stringify(body)).toBe(status);
  }
  expect((await dashboard.send('POST', `/api/sweeps/${swept.id}/resume`, { body: {} })).status).toBe(409);
  expect((await dashboard.send('POST', `/api/sweeps/${swept.id}/abort`, { body: {} })).status).toBe(409);
  expect((await dashboard.send('GET', '/api/sweeps/none')).status).toBe(404);
});
