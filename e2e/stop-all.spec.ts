import { call } from './api.ts';
import { expect, test } from './system.ts';

const LATENCY = {
  action: { type: 'latency', ms: 800 },
  target: { kind: 'service', service: 'inventory' },
  selector: { route: '/reservations', method: 'POST' },
  durationMs: 120_000,
  reason: 'stop-all scenario',
};

test('Stop all chaos ends every fault, reads it back, and refuses new ones until released', async ({
  page,
  system,
}) => {
  const { fault } = await call(system.dashboard, 'armFault', { input: { spec: LATENCY } });
  await page.goto(system.dashboard);
  await expect(page.getByRole('button', { name: /1 active/ })).toBeVisible();
  const stop = page.getByRole('button', { name: /Stop all chaos/ });
  await expect(stop).toHaveAttribute('data-armed', 'true');
  await stop.click();
  await expect(page.getByText('Chaos is halted')).toBeVisible();

  const { faults } = await call(system.dashboard, 'faults');
  const ended = faults.find((row) => row.faultId === fault?.faultId);
  expect(ended?.endReason).toBe('halted');
  expect(ended?.reverted).toBe(true);
  await expect(call(system.dashboard, 'armFault', { input: { spec: LATENCY } })).rejects.toMatchObject({
    code: 'halted',
  });

  await page.getByRole('button', { name: 'Release' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('New faults are taken again');
  await question.getByRole('button', { name: 'Allow chaos again' }).click();
  await expect(page.getByText('Chaos is halted')).toBeHidden();
  const again = await call(system.dashboard, 'armFault', { input: { spec: LATENCY } });
  await page.keyboard.press('Shift+Escape');
  await expect(page.getByText('Chaos is halted')).toBeVisible();
  await expect
    .poll(
      async () =>
        (await call(system.dashboard, 'faults')).faults.find((f) => f.faultId === again.fault?.faultId)
          ?.endedAt,
    )
    .not.toBeNull();
  await call(system.dashboard, 'unhalt');
});
