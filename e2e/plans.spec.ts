import AxeBuilder from '@axe-core/playwright';
import { call } from './api.ts';
import { expect, test } from './system.ts';

test('A game day is started after its steps were read, takes notes, and its report opens', async ({
  page,
  system,
  guard,
}) => {
  // Scripts of the test's own: the report's page runs none.
  guard.expects(/Blocked script execution in .*\/report/);
  await page.goto(`${system.dashboard}/chaos`);
  await page.getByRole('combobox', { name: 'Game day' }).selectOption({ label: 'First hour' });
  await page.getByRole('button', { name: 'Start…' }).click();
  const confirm = page.getByRole('region', { name: 'Start First hour?' });
  await expect(confirm.getByRole('listitem')).toHaveCount(8);
  await expect(confirm).toContainText('payments latency');
  expect((await new AxeBuilder({ page }).include('main').analyze()).violations).toEqual([]);
  await confirm.getByRole('button', { name: 'Start the game day' }).click();

  const going = page.getByRole('region', { name: 'The game day that is played' });
  await expect(going).toContainText('step 1 of 8');
  await going.getByLabel('Note, for the report').fill('the queue page was empty');
  await going.getByRole('button', { name: 'Write down' }).click();
  await expect(going).toContainText('person: the queue page was empty');
  expect((await new AxeBuilder({ page }).include('main').analyze()).violations).toEqual([]);
  const stop = going.getByRole('button', { name: /^(Stop|Press again to stop)$/ });
  await stop.click();
  await stop.click();
  const row = page
    .getByRole('table', { name: 'Game days' })
    .getByRole('row', { name: /First hour/ })
    .first();
  await expect(row).toContainText('stopped by person');

  const opened = page.waitForEvent('popup');
  await row.getByRole('link', { name: 'open the report of First hour, in a new tab' }).click();
  const report = await opened;
  await expect(report.getByRole('heading', { name: 'First hour' })).toBeVisible();
  await expect(report.getByText('noted: the queue page was empty')).toBeVisible();
});

test('A maintenance is added, keeps a schedule from starting, and is ended', async ({ page, system }) => {
  const { id } = await call(system.dashboard, 'createSchedule', {
    input: { name: 'nightly', experimentId: 'payment-latency-opens-breaker', cron: '0 3 1 1 *' },
  });
  await page.goto(`${system.dashboard}/chaos`);
  const form = page.getByRole('form', { name: 'New maintenance' });
  await form.getByLabel('What is done').fill('new disks');
  await form.getByRole('button', { name: 'Add maintenance' }).click();
  const row = page.getByRole('table', { name: 'Maintenance' }).getByRole('row', { name: /new disks/ });
  await expect(row).toContainText('now, for');
  const start = await call(system.dashboard, 'runSchedule', { params: { id } });
  expect(start).toMatchObject({ outcome: 'skipped', why: expect.stringContaining('new disks') });
  const starts = page.getByRole('table', { name: 'Starts' });
  await expect(starts.getByRole('row', { name: /maintenance until/ })).not.toContainText(/\dT\d/);
  const iso = await starts.locator('td time').last().getAttribute('title');
  expect(iso).toMatch(/^\d{4}-\d{2}-\d{2}T/);
  const end = row.getByRole('button');
  await end.click();
  await end.click();
  await expect(row).toHaveCount(0);
  await call(system.dashboard, 'deleteSchedule', { params: { id } });
});
