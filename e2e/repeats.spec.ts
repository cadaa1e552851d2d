import type { Run } from '@stormglass/chaos/contract';
import { computeRecovery } from '@stormglass/chaos/recovery';
import type { Answer } from '../web/live/answers.ts';
import { call } from './api.ts';
import { expect, type System, test, USUAL_RATE } from './system.ts';

/** What a breaker and a share need. */
const RATE = 2;
const EXPERIMENT = 'payment-latency-opens-breaker';

const setLoad = ({ dashboard }: System, rate: number) =>
  call(dashboard, 'control', {
    params: { service: 'loadgen', name: 'load.set' },
    input: { input: { rate } },
  });

test.beforeAll(({ system }) => setLoad(system, RATE));
test.afterAll(({ system }) => setLoad(system, USUAL_RATE));

/** The recovery of a run, computed anew from what the telemetry store has of it. */
async function recomputed({ dashboard }: System, run: Run) {
  const { recovery } = run;
  const ids = run.events.flatMap((event) => (event.type === 'fault-armed' ? [event.faultId] : []));
  const baseline = recovery?.baseline;
  if (!recovery || !baseline || run.endedAt === null) throw new Error('the run has measured nothing');
  const input = { from: Math.floor(baseline.from / 1000) * 1000, to: run.endedAt, step: 1 };
  const { timeline } = await call(dashboard, 'timeline', { input });
  const faults = timeline.faults.filter(({ faultId }) => ids.includes(faultId));
  return computeRecovery({
    ...{ timeline, faults, sli: run.experiment.sli, baseline, now: run.endedAt },
    dwellMs: recovery.dwellMs ?? 3_000,
  });
}

/** A shop that is not itself yet is not hurt: then nothing was injected, and it is tried again. */
async function repeatUntilBegun(system: System, attempts = 4): Promise<Answer<'repeat'>> {
  const { dashboard } = system;
  const { id } = await call(dashboard, 'startRepeat', { input: { experimentId: EXPERIMENT, seeds: [3, 4] } });
  const report = () => call(dashboard, 'repeat', { params: { id } });
  await expect.poll(async () => (await report()).repeat.state, { timeout: 420_000 }).not.toBe('running');
  const ended = await report();
  if (ended.result.counted > 0 || attempts === 1) return ended;
  return repeatUntilBegun(system, attempts - 1);
}

test('An experiment runs with two seeds, one after the other, and its runs are compared', async ({
  system,
}) => {
  test.skip(process.env.STORMGLASS_LONG !== '1', 'takes minutes: npm run campaign -- repeats');
  test.setTimeout(1_200_000);
  const { dashboard } = system;
  const { repeat, runs, result } = await repeatUntilBegun(system);
  const said = runs.map(({ verdict, why }) => `${verdict}: ${why}`).join('; ');
  expect(repeat, said).toMatchObject({ state: 'ended' });
  expect(result.counted).toBe(2);
  const detect = result.figures.find((figure) => figure.id === 'detect');
  expect(detect).toMatchObject({ runs: 2, unit: 'ms' });
  expect(detect?.mean?.interval).not.toBeNull();

  const counted = result.figures[0]?.values.map(({ runId }) => runId) ?? [];
  const [a = '', b = ''] = counted;
  for (const runId of counted) {
    const run = await call(dashboard, 'run', { params: { id: runId } });
    expect(run.recovery?.reach.value, run.recovery?.reach.inputs).toBeGreaterThan(0);
    // What the agents said as it happened and what the store has now tell the same story.
    const again = await recomputed(system, run);
    for (const instant of ['t0', 't1', 't3', 't4'] as const)
      expect(again[instant]).toBe(run.recovery?.[instant]);
  }

  const compared = await call(dashboard, 'compareRuns', { params: { id: a }, input: { with: b } });
  expect(compared.tests).toBeGreaterThan(20);
  const edge = compared.rows.find(({ service, peer }) => service === 'orders' && peer === 'payments');
  expect(edge?.a?.calls).toBeGreaterThan(0);
  expect(edge?.b?.calls).toBeGreaterThan(0);

  const run = await call(dashboard, 'run', { params: { id: a } });
  const input = { from: run.startedAt, to: run.endedAt ?? Date.now() };
  const { breakers } = await call(dashboard, 'breakerProof', { input });
  const proof = breakers.find(({ service, peer }) => service === 'orders' && peer === 'payments');
  expect(proof?.openings.length).toBeGreaterThan(0);
  expect(proof?.findings.filter(({ code }) => code === 'false_open')).toEqual([]);
});
