import type { Exported } from './experiment.ts';

/**
 * A Playwright test that has a dashboard try the same cells again, on whatever traffic the system has, and wants them to
 * survive. It needs @playwright/test and nothing of ours.
 */
export function asPlaywright({ title, cell, request, found }: Exported, cells: readonly string[]): string {
  const { cellSeconds, settleSeconds, tolerance, alpha, seed, scope } = request;
  const minutes = Math.max(0.5, Math.ceil((2 * (cellSeconds + settleSeconds)) / 6) / 10);
  const wide = cell.control === 'before';
  const together = cells.length > 1;
  const asked = {
    minutes,
    seed,
    exactly: cells,
    together,
    cellSeconds,
    settleSeconds,
    tolerance,
    alpha,
    wide,
    // Without it the test would hurt those whom the sweep spared.
    scope,
  };
  const seen = found === '' ? '' : `// A sweep found: ${found.replaceAll(/\s+/g, ' ')}.\n`;
  return `import { expect, test } from '@playwright/test';

// The dashboard of Stormglass that watches the system under test. There must be traffic.
const DASHBOARD = process.env.STORMGLASS_URL ?? 'http://127.0.0.1:4000';
const TOKEN = process.env.STORMGLASS_LOGIN_TOKEN;
const headers = TOKEN === undefined ? {} : { authorization: \`Bearer \${TOKEN}\` };

${seen}test(${JSON.stringify(title)}, async ({ request }) => {
  test.setTimeout(${Math.ceil(minutes * 60_000 + 120_000)});
  const started = await request.post(\`\${DASHBOARD}/api/sweeps\`, {
    headers,
    data: ${indented(JSON.stringify(asked, null, 2))},
  });
  expect(started.ok(), await started.text()).toBe(true);
  const { sweep: { id } } = await started.json();
  const sweep = async () => (await request.get(\`\${DASHBOARD}/api/sweeps/\${id}\`, { headers })).json();
  await expect.poll(async () => (await sweep()).state, { timeout: ${Math.ceil(minutes * 60_000 + 60_000)} }).not.toBe('running');
  const { results, why } = await sweep();
  expect(results.length, why).toBeGreaterThan(0);
  for (const { verdict, why, reverted } of results) {
    expect(reverted, why).toBe(true);
    expect(verdict, why).toBe('survives');
  }
});
`;
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n    ');
}
