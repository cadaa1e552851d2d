import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium, type Page } from '@playwright/test';
import { startSystem } from '../e2e/system.ts';
import { percentile, report } from './figure.ts';
import { until } from './probe.ts';

/**
 * Span end to pixel: a service with the agent answers a burst of requests; the clock starts when the last answer was
 * received (its span ended before) and stops at the first animation frame in which the map's node shows another number.
 * The shop's own load runs beside it. One clock, since browser and service are on one host.
 */
const SAMPLES = 40;
/** Moves a rate over 30 s by 0.2/s, which the node shows. */
const BURST = 6;
const SERVICE = 'pixel-probe';

/** Runs in the page: remembers the instant of the frame that first shows a change of the node's text. */
const OBSERVE = `
  new MutationObserver(() => requestAnimationFrame(() => {
    window.changedAt = performance.timeOrigin + performance.now();
  })).observe(document.querySelector('.react-flow__node[data-id="${SERVICE}"]'), {
    subtree: true, childList: true, characterData: true,
  })`;

async function observe(page: Page): Promise<void> {
  await page
    .locator(`.react-flow__node[data-id="${SERVICE}"]`)
    .waitFor({ state: 'visible', timeout: 60_000 });
  await page.evaluate(OBSERVE);
}

async function startProbeService(system: { dashboard: string; otlpHttp: string }) {
  const register = import.meta.resolve('@stormglass/agents/register');
  const child = spawn(
    process.execPath,
    ['--import', register, join(import.meta.dirname, 'overhead/app.ts')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        OTEL_SERVICE_NAME: SERVICE,
        OTEL_EXPORTER_OTLP_ENDPOINT: system.otlpHttp,
        STORMGLASS_HUB: system.dashboard,
      },
    },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{"port"')) continue;
    const { port } = JSON.parse(line) as { port: number };
    return { url: `http://127.0.0.1:${port}/work/1`, stop: () => child.kill() };
  }
  throw new Error('the probe service did not start');
}

async function burst(url: string): Promise<number> {
  await Promise.all(Array.from({ length: BURST }, () => fetch(url).then((answer) => answer.text())));
  return Date.now();
}

export async function run(): Promise<void> {
  const system = await startSystem();
  const probe = await startProbeService(system);
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const samples: number[] = [];
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await burst(probe.url);
    await page.goto(system.dashboard);
    await observe(page);
    await delay(35_000);
    for (let i = 0; i < SAMPLES; i++) {
      await page.evaluate('window.changedAt = 0');
      const ended = await burst(probe.url);
      const shown = await until('a change on the screen', 5_000, async () => {
        const at = Number(await page.evaluate('window.changedAt'));
        return at > 0 ? at : null;
      });
      samples.push(Math.max(0, shown - ended));
      await delay(200);
    }
  } finally {
    await browser.close();
    probe.stop();
    await system.stop();
  }
  const params = { samples: SAMPLES, ordersPerSecond: 5 };
  report({
    bench: 'pixel',
    figure: 'span end to pixel p50',
    value: percentile(samples, 0.5),
    unit: 'ms',
    goal: null,
    params,
  });
  report({
    bench: 'pixel',
    figure: 'span end to pixel p95',
    value: percentile(samples, 0.95),
    unit: 'ms',
    goal: '<= 250',
    params,
  });
}
