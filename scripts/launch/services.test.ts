import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseOptions } from './options.ts';
import { choosePorts } from './ports.ts';
import { listedProcess, readServices } from './services.ts';

const START = fileURLToPath(new URL('../start.ts', import.meta.url));
const soon = { timeout: 60_000, interval: 100 };

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'services-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

function file(content: string): string {
  const path = join(folder, 'services.yaml');
  writeFileSync(path, content);
  return path;
}

describe('a file of services', () => {
  const none = new Set<string>();

  test('is YAML or JSON; paths in it are relative to it, and the port stands where it says {port}', () => {
    const path = file(`
services:
  - name: billing
    command: node
    args: [billing.js, --port, '{port}']
    env: { PORT: '{port}' }
    cwd: app
    directory: data
    port: 5001
    healthUrl: http://127.0.0.1:{port}/health
`);
    const { services, folder: at } = readServices(path, none);
    const [billing] = services;
    if (billing === undefined) throw new Error('nothing was read');
    const spec = listedProcess(billing, at, () => ({ PATH: '/bin', PORT: 'other' }));
    expect(spec).toMatchObject({
      ...{ name: 'billing', service: 'billing', instance: 'billing-1', command: 'node' },
      args: ['billing.js', '--port', '5001'],
      env: { PATH: '/bin', PORT: '5001' },
      ...{ cwd: join(folder, 'app'), directory: join(folder, 'data') },
    });
    expect(spec.replica?.(2, 5_002)).toMatchObject({ instance: 'billing-2', env: { PORT: '5002' } });
  });

  test.each([
    ['services: []', 'services'],
    ['services: [{ name: web, command: x }]', 'the name web is taken'],
    ['services: [{ name: a, command: x }, { name: a, command: y }]', 'the name a is taken'],
    ['services: [{ name: a, command: x, shell: true }]', 'shell'],
    ['services: [', 'services.yaml'],
  ])('is refused with what is wrong: %s', (content, words) => {
    expect(() => readServices(file(content), new Set(['web']))).toThrow(words);
  });

  test('is named on the command line', () => {
    expect(parseOptions(['--services', 'mine.yaml']).services).toBe(join(process.cwd(), 'mine.yaml'));
  });
});

const SERVICE = `require('node:http').createServer((_, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1')`;

test('a listed service is run beside the dashboard, and can be killed and paused from there', {
  timeout: 240_000,
}, async () => {
  const { gateway: port } = await choosePorts(0);
  const billing = {
    ...{ name: 'billing', command: process.execPath, args: ['-e', SERVICE], port },
    ...{ env: { PORT: '{port}' }, healthUrl: 'http://127.0.0.1:{port}/' },
  };
  const path = file(JSON.stringify({ services: [billing] }));
  const args = ['--bare', '--json', '--port', '0', '--data-dir', join(folder, 'data'), '--services', path];
  const launcher = spawn(process.execPath, [START, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, STORMGLASS_NO_PAGES: '1' },
  });
  children.push(launcher);
  const events: { event: string; name?: string; state?: string; pid?: number; dashboard?: string }[] = [];
  createInterface({ input: launcher.stdout }).on('line', (line) => events.push(JSON.parse(line)));
  const ready = await vi.waitUntil(() => events.find(({ event }) => event === 'ready'), {
    timeout: 180_000,
    interval: 100,
  });
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok');
  const hurt = (type: string) =>
    fetch(`${ready.dashboard}/api/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        spec: { action: { type }, target: { kind: 'process', service: 'billing' }, durationMs: 500 },
      }),
    });
  const states = () => events.filter(({ name }) => name === 'billing').map(({ state }) => state);
  await vi.waitUntil(async () => (await hurt('process_kill')).ok, soon);
  await vi.waitUntil(() => states().includes('killed') && states().at(-1) === 'healthy', soon);
  await vi.waitUntil(async () => (await hurt('process_pause')).ok, soon);
  await vi.waitUntil(() => states().includes('paused') && states().at(-1) === 'resumed', soon);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok');
});
