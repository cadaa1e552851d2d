import { spawnSync } from 'node:child_process';
import { readLauncherFile } from '../scripts/launch/data-dir.ts';
import { SHOP } from '../scripts/plan.ts';
import { call } from './api.ts';
import { expect, type System, test } from './system.ts';

/** scripts/test.ts finds or installs it. */
const promtool = process.env.PROMTOOL_PATH ?? 'promtool';
const checks = (text: string) => spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });

/** Every kind of process that serves metrics, with a series that only works when it has really worked. */
const SERIES: Record<string, string> = {
  collector: 'stormglass_collector_items_received_total{signal="traces"}',
  web: 'stormglass_web_requests_total{route="breakers"',
  auditor: 'stormglass_invariant_status{id="I1",status="ok"} 1',
  orders: 'resilience_circuit_breaker_calls_total{name=',
  'queue-agent': 'messaging_queue_messages{system="bullmq",destination="notifications",state="ready"}',
};

function metricsUrl(system: System, name: string): string {
  // The collector's port for OTLP takes telemetry; its own figures are on the port for queries.
  const { collector } = readLauncherFile(system.dataDir);
  return `${name === 'collector' ? collector : system.urlOf(name)}/metrics`;
}

test.describe('Prometheus', () => {
  test.skip(
    spawnSync(promtool, ['--version']).status !== 0,
    "no promtool: install it (Debian's prometheus package has it) and set PROMTOOL_PATH",
  );

  test('promtool accepts the metrics of every process', async ({ system }) => {
    await call(system.dashboard, 'breakers');
    await call(system.dashboard, 'triggerSaga', { input: { count: 3 } });
    const names = new Set([...Object.keys(SERIES), ...SHOP.map((service) => service.name), 'loadgen']);
    for (const name of names) {
      const url = metricsUrl(system, name);
      const scrape = async () => (await fetch(url)).text();
      await expect.poll(scrape, { message: name }).toContain(SERIES[name] ?? 'process_cpu_seconds_total');
      const text = await scrape();
      const { status, stdout, stderr } = checks(text);
      expect(`${name}: ${stdout}${stderr}`).toBe(`${name}: `);
      expect(status).toBe(0);
    }
    // The check itself works: it refuses what is wrong.
    expect(checks('# TYPE requests counter\nrequests 1\n').stderr).toContain('requests');
  });
});
