import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../fixtures/ports.ts';
import { Peer } from './testing/peer.ts';
import { echo, Rig } from './testing/rig.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

let folder: string;
let rig: Rig;
let child: ChildProcess | null = null;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'proxy-'));
  rig = await Rig.start(echo);
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the process with a configuration; the address of its API. */
async function started(config: unknown): Promise<string> {
  const file = join(folder, 'proxies.json');
  writeFileSync(file, JSON.stringify(config));
  child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PROXY_PORT: '0', PROXY_CONFIG: file },
  });
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const said: { event?: string; api?: string } = JSON.parse(line);
    if (said.event === 'ready' && said.api !== undefined) return said.api;
  }
  throw new Error('it ended before it was ready');
}

test('a process begins with the proxies of a file, and ends on SIGTERM with its connections', async () => {
  const listen = `127.0.0.1:${await freePort()}`;
  const api = await started([{ name: 'filed', listen, upstream: rig.upstream }]);
  const client = await Peer.connect(listen);
  client.send('through');
  await expect.poll(() => client.text, { timeout: 15_000 }).toBe('through');
  const answer = await fetch(`http://${api}/proxies/filed`);
  expect(await answer.json()).toMatchObject({ name: 'filed', enabled: true });
  child?.kill('SIGTERM');
  const [code] = await once(child as ChildProcess, 'exit');
  expect(code).toBe(0);
  await expect.poll(() => client.closed || client.ended, { timeout: 15_000 }).toBe(true);
});

test('a file that means nothing ends it with an error', async () => {
  await expect(started([{ name: 'nameless upstream' }])).rejects.toThrow('before it was ready');
  expect(child?.exitCode ?? (await once(child as ChildProcess, 'exit'))[0]).toBe(1);
});
