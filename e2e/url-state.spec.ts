import { call } from './api.ts';
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
  await expect(panel.first()).toBeVisible();
  await page.reload();
  await expect(page).toHaveURL(/node=orders/);
  await expect(page).toHaveURL(/range=15m/);
  await expect(panel.first()).toBeVisible();

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
  await expect(page.locator('[aria-label="service gateway"]')).toBeVisible();
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

test('A drag across the incident strip sets the range of the whole page, and Live or Escape undoes it', async ({
  page,
  system,
}) => {
  await page.goto(`${system.dashboard}/traces`);
  const traces = page.locator('a[href*="/traces/"]');
  await expect(traces.first()).toBeVisible();
  const strip = page.getByRole('slider', { name: /Instant/ });
  const live = page.getByRole('group', { name: 'Time range' }).getByRole('button', { name: 'Live' });
  const range = () => {
    const { searchParams } = new URL(page.url());
    return { from: Number(searchParams.get('from')), to: Number(searchParams.get('to')) };
  };
  /** From the middle to nearly now, where there is data however young the system is. */
  const drag = async () => {
    const box = await strip.boundingBox();
    if (box === null) throw new Error('the strip is not drawn');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.5, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, y, { steps: 4 });
    await page.mouse.move(box.x + box.width, y, { steps: 4 });
    await page.mouse.up();
    await expect(page).toHaveURL(/from=\d+&to=\d+/);
    const { from, to } = range();
    expect(to, 'not beyond now').toBeLessThanOrEqual(Date.now() + 1_000);
    expect(to - from).toBeGreaterThan(10_000);
  };

  await drag();
  const chosen = range();
  await expect(strip).toHaveAttribute('aria-valuemin', String(chosen.from));
  await expect(live).toHaveAttribute('aria-pressed', 'false');
  await expect(page.getByText('held still')).toBeVisible();
  await page.reload();
  expect(range()).toEqual(chosen);
  await expect(strip).toHaveAttribute('aria-valuemin', String(chosen.from));
  await expect(traces.first()).toBeVisible();
  for (const trace of [traces.first(), traces.last()]) {
    const id = /[0-9a-f]{32}/.exec((await trace.getAttribute('href')) ?? '')?.[0] ?? '';
    const { startNs } = await call(system.dashboard, 'trace', { params: { id } });
    const startMs = Number(BigInt(startNs) / 1_000_000n);
    expect(startMs).toBeGreaterThanOrEqual(chosen.from);
    expect(startMs).toBeLessThanOrEqual(chosen.to);
  }

  await live.click();
  await expect(page).not.toHaveURL(/from=/);
  await expect(page.getByText(/follows live/)).toBeVisible();
  await drag();
  await strip.focus();
  await strip.press('Escape');
  await expect(page).not.toHaveURL(/from=/);
  await expect(live).toHaveAttribute('aria-pressed', 'true');
});
