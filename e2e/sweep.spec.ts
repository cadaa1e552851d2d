import { writeFileSync } from 'node:fs';
import { parseExperiment } from '../chaos/engine/index.ts';
import { call } from './api.ts';
import { expect, type System, test, USUAL_RATE } from './system.ts';

/** What each half of the traces needs to say that a cell survives. */
const RATE = 12;

const setLoad = ({ dashboard }: System, rate: number) =>
  call(dashboard, 'control', {
    params: { service: 'loadgen', name: 'load.set' },
    input: { input: { rate } },
  });

test.skip(process.env.STORMGLASS_LONG !== '1', 'takes minutes: npm run campaign -- sweep');
test.beforeAll(({ system }) => setLoad(system, RATE));
test.afterAll(({ system }) => setLoad(system, USUAL_RATE));

test('The whole shop is swept: cells are judged by their journeys, and nothing stays hurt', async ({
  system,
}) => {
  const minutes = Number(process.env.STORMGLASS_SWEEP_MINUTES ?? '20');
  test.setTimeout((minutes + 10) * 60_000);
  const { dashboard } = system;
  const plan = () => call(dashboard, 'startSweep', { input: { minutes, dry: true } });
  await expect.poll(async () => (await plan()).plan.cells.length, { timeout: 120_000 }).toBeGreaterThan(50);
  const { sweep } = await call(dashboard, 'startSweep', { input: { minutes } });
  const id = sweep?.id ?? '';
  const now = () => call(dashboard, 'sweep', { params: { id } });
  await expect
    .poll(async () => (await now()).state, { timeout: (minutes + 5) * 60_000, intervals: [5_000] })
    .not.toBe('running');
  const swept = await now();
  const table = swept.results.map(({ cellId, verdict, why }) => `${verdict}  ${cellId}: ${why}`);
  process.stdout.write(`${table.join('\n')}\n${swept.plan.untested.length} cells cannot be tried\n`);
  expect(swept.state, swept.why).toBe('ended');
  expect(swept.results.every(({ reverted }) => reverted !== false)).toBe(true);
  const judged = swept.results.filter(({ verdict }) => verdict !== 'inconclusive');
  expect(judged.length).toBeGreaterThan(2);
  for (const verdict of ['survives', 'breaks']) expect(judged.map((one) => one.verdict)).toContain(verdict);
  const { faults } = await call(dashboard, 'faults');
  expect(faults.filter(({ endedAt }) => endedAt === null)).toEqual([]);

  const broken = judged.find(({ verdict }) => verdict === 'breaks');
  const file = await call(dashboard, 'exportSweep', {
    params: { id },
    input: { cell: broken?.cellId ?? '', as: 'experiment' },
  });
  expect(parseExperiment(file.text).method.length).toBeGreaterThan(1);
  writeFileSync(test.info().outputPath(file.name), file.text);
});
