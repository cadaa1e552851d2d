import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TestHub } from '../../agents/node/testing/hub.ts';
import { type Running, runService } from '../../agents/node/testing/run.ts';

const MAIN = fileURLToPath(new URL('../testing/crashing.ts', import.meta.url));
const soon = { timeout: 20_000, interval: 20 };

let hub: TestHub;
let service: Running;
beforeEach(async () => {
  hub = await TestHub.start();
});
afterEach(async () => {
  await service.stop();
  await hub.close();
});
async function start(chaos: 'on' | 'off'): Promise<void> {
  service = await runService('crashing', { STORMGLASS_HUB: hub.url, STORMGLASS_CHAOS: chaos }, MAIN);
  await vi.waitUntil(() => hub.hello('crashing'), soon);
}
const ask = async () => (await fetch(service.url)).text();
const arm = (point: string | null) => hub.invoke('crashing', 'crash.arm', { point });

test('a process dies at the point that is armed, as by kill -9, and not at another', async () => {
  await start('on');
  expect(await hub.invoke('crashing', 'crash.list', {})).toEqual({
    ok: true,
    result: { points: ['between'], armed: null },
  });
  await arm('elsewhere');
  expect(await ask()).toBe('alive');
  expect(await arm('between')).toMatchObject({ ok: true, result: { armed: 'between' } });
  const exit = once(service.child, 'exit');
  await expect(ask()).rejects.toThrow();
  expect(await exit).toEqual([null, 'SIGKILL']);
});

test('a point is disarmed by hand, and when everything is stopped', async () => {
  await start('on');
  await arm('between');
  await arm(null);
  expect(await ask()).toBe('alive');
  await arm('between');
  await hub.halt('crashing');
  expect(await ask()).toBe('alive');
});

test('a process which does not allow chaos offers no crash', async () => {
  await start('off');
  expect(await arm('between')).toMatchObject({ ok: false });
  expect(await ask()).toBe('alive');
});
