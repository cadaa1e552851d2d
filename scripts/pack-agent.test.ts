import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startCollector, type TestCollector } from '../web/server/testing/collector.ts';
import { startDashboard, type TestDashboard } from '../web/server/testing/dashboard.ts';
import { openTelemetry } from '../web/server/window/telemetry.ts';
import { packAgent } from './pack-agent.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const soon = { timeout: 30_000, interval: 50 };
const SERVER = `
  import { createServer } from 'node:http';
  const server = createServer((request, response) => response.end('hello'));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
const TYPED = `
  import { recordSaga, registerControl } from '@stormglass/agents/node';
  import { CONTROL, type FaultSpec } from '@stormglass/agents/contract';
  recordSaga({ event: 'started', sagaId: 's', type: 't' });
  registerControl({ name: 'a.b', title: 'Do', input: CONTROL['queue.pause'].input, run: ({ queue }) => queue.length });
  export type Kind = FaultSpec['action']['type'];
  // @ts-expect-error: there is no such event
  recordSaga({ sagaId: 5 });`;

let folder: string;
let collector: TestCollector;
let dashboard: TestDashboard;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packed-'));
  collector = await startCollector(join(folder, 'collector'));
  dashboard = await startDashboard({
    dataDir: join(folder, 'web'),
    env: collector.env,
    telemetry: openTelemetry(collector.env.CLICKHOUSE_URL, collector.env.CLICKHOUSE_PASSWORD),
  });
  const tarball = packAgent(folder);
  writeFileSync(join(folder, 'package.json'), '{"name": "elsewhere", "private": true, "type": "module"}');
  await run('npm', ['install', tarball, '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
}, 400_000);
afterAll(async () => {
  await dashboard.close();
  await collector.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('what npm installs is JavaScript with types, and none of the tests', () => {
  const files = readdirSync(join(folder, 'node_modules', '@stormglass', 'agents'), {
    recursive: true,
    encoding: 'utf8',
  });
  expect(files).toEqual(
    expect.arrayContaining(['dist/node/register.js', 'dist/node/index.d.ts', 'README.md', 'LICENSE']),
  );
  expect(files.filter((file) => /\btest|(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

test('outside of the workspace it is typed', async () => {
  writeFileSync(join(folder, 'typed.ts'), TYPED);
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')];
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', ...types];
  const { stdout } = await run(process.execPath, [tsc, ...options, 'typed.ts'], { cwd: folder }).catch(
    (error) => error,
  );
  expect(stdout).toBe('');
});

/** The service on the map of the last minute, as the page asks for it. */
async function onMap(service: string) {
  const range = `from=${Date.now() - 60_000}&to=${Date.now()}`;
  const { nodes } = await dashboard.call('map', 'GET', `/api/map?${range}`);
  return nodes.find(({ name, kind }) => name === service && kind === 'service');
}

const connected = async (service: string) =>
  (await dashboard.call('agents', 'GET', '/api/agents')).agents.find((agent) => agent.service === service);

async function arm(action: object) {
  const spec = { action, target: { kind: 'service', service: 'elsewhere' }, durationMs: 30_000 };
  const { fault, targets } = await dashboard.call('armFault', 'POST', '/api/faults', { spec });
  expect(targets).toMatchObject([{ service: 'elsewhere' }]);
  return fault?.faultId ?? '';
}

test("a plain node:http service with it is on the dashboard's map, and is hurt from there", async () => {
  writeFileSync(join(folder, 'server.js'), SERVER);
  const child = spawn(process.execPath, ['--import', '@stormglass/agents/register', 'server.js'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...{ OTEL_SERVICE_NAME: 'elsewhere', OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlp },
      ...{ STORMGLASS_HUB: dashboard.url, STORMGLASS_CHAOS: 'on' },
    },
  });
  try {
    const [port] = await once(child.stdout, 'data');
    const ask = () => fetch(`http://127.0.0.1:${Number(port)}/prices`);
    await vi.waitUntil(
      async () => (await connected('elsewhere'))?.capabilities.includes('error:service'),
      soon,
    );
    expect(await (await ask()).text()).toBe('hello');
    await vi.waitUntil(async () => (await onMap('elsewhere')) !== undefined, soon);
    const faultId = await arm({ type: 'error', status: 503 });
    expect((await ask()).status).toBe(503);
    // Its thread is a file of its own, which is not TypeScript any more.
    await arm({ type: 'cpu_burn' });
    await dashboard.call('releaseFault', 'DELETE', `/api/faults/${faultId}`);
    expect((await ask()).status).toBe(200);
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});
