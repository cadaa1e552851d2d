import type { Page } from '@playwright/test';
import type { Run } from '@stormglass/chaos/contract';
import { expectations } from '@stormglass/chaos/engine';
import { call } from './api.ts';
import { expect, type System, test, USUAL_RATE } from './system.ts';

interface Button {
  title: string;
  verdicts: readonly string[];
  /** What must be measured for the verdict to mean anything. */
  measured(run: Run): void;
}

/** Pressed in every `npm test`. */
const SMALL: readonly Button[] = [
  {
    title: 'Payment latency opens the breaker',
    verdicts: ['degraded-recovered', 'passed'],
    measured: (run) => {
      expect(run.recovery?.t0).not.toBeNull();
      const opened = run.events.find((e) => e.type === 'activity-ended' && e.name.includes('breaker opens'));
      expect(opened).toMatchObject({ ok: true });
      expect(run.recovery?.affectedServices.length).toBeGreaterThan(0);
    },
  },
];
/** Pressed by the campaign `buttons` as well. */
const LARGE: readonly Button[] = [
  {
    title: 'Shipping killed and restarted',
    verdicts: ['degraded-recovered', 'passed'],
    measured: (run) => expect(run.recovery?.t3).not.toBeNull(),
  },
  {
    title: 'Payment down, sagas compensate',
    verdicts: ['degraded-recovered', 'passed'],
    measured: (run) => expect(run.recovery?.sagas.compensated).toBeGreaterThan(0),
  },
  {
    title: 'Notifications consumer stopped',
    verdicts: ['degraded-recovered', 'passed'],
    measured: (run) => expect(run.recovery?.queuePeak.value).toBeGreaterThanOrEqual(20),
  },
  {
    title: 'Inventory database outage',
    verdicts: ['degraded-recovered', 'passed'],
    measured: (run) => expect(run.recovery?.lostRequests.value).toBeGreaterThan(0),
  },
];

const BUTTONS = process.env.STORMGLASS_ALL_BUTTONS === '1' ? [...SMALL, ...LARGE] : SMALL;

/** Orders a second; what a breaker or a queue does shows only under some load. */
const setLoad = ({ dashboard }: System, rate: number) =>
  call(dashboard, 'control', {
    params: { service: 'loadgen', name: 'load.set' },
    input: { input: { rate } },
  });

test.beforeAll(({ system }) => setLoad(system, 4));
test.afterAll(({ system }) => setLoad(system, USUAL_RATE));

/** The buttons of an experiment: one, or two if it names protections that it can be run without. */
const PROTECTED = /^(?!.*unprotected)/i;
const UNPROTECTED = /unprotected/i;

/** By its button, from the click to the verdict. */
async function press(page: Page, system: System, title: string, name: RegExp): Promise<Run> {
  await page.goto(`${system.dashboard}/chaos`);
  const button = page.getByRole('article', { name: title }).getByRole('button', { name });
  await expect(button).toBeEnabled();
  await button.click();
  await button.click();
  await expect(page).toHaveURL(/\/chaos\/runs\/.+/);
  await expect(page.getByText(/^exit \d$/)).toBeVisible({ timeout: 300_000 });
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  return call(system.dashboard, 'run', { params: { id } });
}

/** A shop that is not itself yet is not hurt; then it is tried again. */
async function pressUntilRun(
  page: Page,
  system: System,
  title: string,
  name = PROTECTED,
  attempts = 4,
): Promise<Run> {
  const run = await press(page, system, title, name);
  if (run.verdict !== 'not-run' || attempts === 1) return run;
  return pressUntilRun(page, system, title, name, attempts - 1);
}

for (const { title, verdicts, measured } of BUTTONS) {
  test(`The button "${title}" runs for real and ends with a verdict`, async ({ page, system }) => {
    const run = await pressUntilRun(page, system, title);
    expect(verdicts, `${run.verdict}: ${run.why}`).toContain(run.verdict);
    expect(run.recovery?.t4, run.why).not.toBeNull();
    measured(run);
    const { faults } = await call(system.dashboard, 'faults');
    expect(faults.filter((fault) => fault.endedAt === null)).toEqual([]);

    const report = page.url();
    await page.goto(`${system.dashboard}/`);
    await page.goto(report);
    await expect(page.getByRole('region', { name: 'Recovery anatomy' })).toBeVisible();
    await expect(page.getByText(/^exit \d$/)).toBeVisible();
  });
}

test('a preset runs with its protections and without by its two buttons, and each ends as its file says', async ({
  page,
  system,
}) => {
  test.skip(process.env.STORMGLASS_ALL_BUTTONS !== '1', 'takes minutes: npm run campaign -- buttons');
  for (const name of [PROTECTED, UNPROTECTED]) {
    const run = await pressUntilRun(page, system, "Service can't connect", name);
    expect(run.verdict, run.why).not.toBe('not-run');
    expect(run.unprotected).toBe(name === UNPROTECTED);
    expect(expectations(run).filter(({ as }) => !as)).toEqual([]);
  }
  const { protections } = await call(system.dashboard, 'protections');
  expect(protections.filter(({ on }) => !on)).toEqual([]);
});
