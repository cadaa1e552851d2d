import { call } from './api.ts';
import { expect, test } from './system.ts';

/** Longest time for which a lease may outlive its hub (5 s), plus a probe's patience. */
const LEASE_AND_PROBE_MS = 8_000;

test('A dashboard killed in mid-fault ends the fault by itself, and the page resumes with its history', async ({
  page,
  system,
  guard,
}) => {
  const trafficBefore = async (instant: number) => {
    const input = { from: String(instant - 120_000), to: String(instant) };
    const { timeline } = await call(system.dashboard, 'timeline', { input });
    return timeline.traffic.filter((cell) => cell.second * 1000 < instant).length;
  };
  await expect.poll(() => trafficBefore(Date.now())).toBeGreaterThan(0);
  const { fault } = await call(system.dashboard, 'armFault', {
    input: {
      spec: {
        action: { type: 'error', status: 418 },
        target: { kind: 'service', service: 'gateway' },
        selector: { route: '/healthz', method: 'GET' },
        durationMs: 300_000,
        reason: 'dashboard killed in mid-fault',
      },
    },
  });
  const probe = async () => (await fetch(`${system.gateway}/healthz`)).status;
  await expect.poll(probe).toBe(418);
  await page.goto(system.dashboard);
  await expect(page.getByRole('banner').getByText('Connected', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /1 active/ })).toBeVisible();

  // Nobody listens until the next dashboard does, and then agents and collector may not be there yet.
  guard.expects(/WebSocket connection .* failed/, /^failed: .*: net::ERR_/, /^answered 50[234]: /);
  const pid = system.processes.get('web');
  expect(pid).toBeDefined();
  process.kill(pid ?? 0, 'SIGKILL');
  await expect(page.getByText('Reconnecting')).toBeVisible();
  await expect.poll(probe, { timeout: LEASE_AND_PROBE_MS, intervals: [100] }).toBe(200);

  await expect(page.getByRole('banner').getByText('Connected', { exact: true })).toBeVisible();
  const interval = async () =>
    (await call(system.dashboard, 'faults')).faults.find((row) => row.faultId === fault?.faultId);
  await expect.poll(async () => (await interval())?.endedAt ?? null).not.toBeNull();
  await expect(page.getByText('No active faults')).toBeVisible();
  expect(
    await trafficBefore(fault?.armedAt ?? 0),
    'traffic from before the kill is still there',
  ).toBeGreaterThan(0);
  await expect(page.locator('[aria-label="service gateway"]')).toBeVisible();
});
