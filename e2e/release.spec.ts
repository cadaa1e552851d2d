import type { Page } from '@playwright/test';
import { call } from './api.ts';
import { expect, type System, test } from './system.ts';

/** Two faults that cannot be mistaken for each other or for an answer of the shop's own. */
const FAULTS = [
  { service: 'shipping', status: 418 },
  { service: 'notifications', status: 451 },
] as const;

async function breakService(page: Page, service: string, status: number): Promise<void> {
  await page.locator(`[aria-label="service ${service}"]`).click();
  const panel = page.getByRole('complementary').filter({ hasText: 'Break this' });
  await panel.getByRole('button', { name: 'Error answer' }).click();
  await panel.getByLabel('Status').fill(String(status));
  await panel.getByLabel('For').fill('300');
  const arm = panel.getByRole('button', { name: /Hold to arm/ });
  await arm.focus();
  await page.keyboard.down('Enter');
  await expect(panel.getByRole('status').filter({ hasText: `Armed on ${service}-1` })).toBeVisible();
  await page.keyboard.up('Enter');
}

/** What the service itself answers, whoever may have stopped calling it. Unhurt it knows no such path. */
const answer = async (system: System, service: string) =>
  (await fetch(`${system.urlOf(service)}/nowhere`)).status;

test('Of two armed faults exactly the released one ends at its target', async ({ page, system }) => {
  const [shipping, notifications] = FAULTS;
  for (const { service } of FAULTS) expect(await answer(system, service)).toBe(404);
  await page.goto(system.dashboard);
  for (const { service, status } of FAULTS) await breakService(page, service, status);
  for (const { service, status } of FAULTS) expect(await answer(system, service)).toBe(status);

  await page.getByRole('button', { name: /^2 active/ }).click();
  const row = (service: string) =>
    page
      .getByRole('listitem')
      .filter({ hasText: `${service} error` })
      .filter({ has: page.getByRole('button', { name: 'Release' }) });
  await row('shipping').getByRole('button', { name: 'Release' }).click();
  await expect(row('shipping')).toHaveCount(0);
  await expect(row('notifications')).toBeVisible();
  expect(await answer(system, 'shipping')).toBe(404);
  expect(await answer(system, 'notifications')).toBe(notifications.status);
  const fault = async (status: number) =>
    (await call(system.dashboard, 'faults')).faults.find(
      ({ spec }) => spec.action.type === 'error' && spec.action.status === status,
    );
  expect(await fault(shipping.status)).toMatchObject({ endReason: 'released', reverted: true });
  expect(await fault(notifications.status)).toMatchObject({ endedAt: null });

  await row('notifications').getByRole('button', { name: 'Release' }).click();
  await expect(page.getByText('No active faults')).toBeVisible();
  expect(await answer(system, 'notifications')).toBe(404);
  expect(await fault(notifications.status)).toMatchObject({ endReason: 'released', reverted: true });
});
