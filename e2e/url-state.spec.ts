import { expect, test } from './system.ts';

test('A reload keeps what the page showed: range, instant, selection and filter', async ({
  page,
  system,
}) => {
  await page.goto(`${system.dashboard}/?range=15m&node=orders`);
  const panel = page
    .getByRole('complementary')
    .filter({ hasText: 'Break this' })
    .or(page.getByRole('region', { name: /orders/ }));
  await expect(panel.first()).toBeVisible({ timeout: 30_000 });
  await page.reload();
  await expect(page).toHaveURL(/node=orders/);
  await expect(page).toHaveURL(/range=15m/);
  await expect(panel.first()).toBeVisible({ timeout: 30_000 });

  await page.goto(`${system.dashboard}/sagas?status=confirmed`);
  await expect(page.getByRole('table', { name: 'Sagas' })).toContainText('confirmed');
  await page.reload();
  await expect(page).toHaveURL(/status=confirmed/);
  await expect(page.getByRole('table', { name: 'Sagas' })).toContainText('confirmed');
});

test('A click on the incident strip rewinds the whole page, and Back to live returns', async ({
  page,
  system,
}) => {
  await page.goto(system.dashboard);
  await expect(page.locator('[aria-label="service gateway"]')).toBeVisible({ timeout: 60_000 });
  const strip = page.getByRole('slider', { name: /Instant/ });
  await strip.focus();
  await strip.press('ArrowLeft');
  await strip.press('Enter');
  await expect(page).toHaveURL(/at=\d+/);
  await expect(page.getByText(/Rewound to/)).toBeVisible();
  await page.reload();
  await expect(page.getByText(/Rewound to/)).toBeVisible();
  await page.getByRole('button', { name: /Back to live/ }).click();
  await expect(page).not.toHaveURL(/at=\d+/);
});
