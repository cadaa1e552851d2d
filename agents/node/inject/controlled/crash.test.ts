import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TestHub } from '../../testing/hub.ts';
import { Ledger } from '../../testing/promises.ts';
import { type Running, runService } from '../../testing/run.ts';
import { SABOTEUR } from '../../testing/saboteur.ts';

const CRASHING = fileURLToPath(new URL('../../testing/crashing.ts', import.meta.url));
const soon = { timeout: 60_000, interval: 50 };
const target = { kind: 'service', service: 'crashing' } as const;
const proofs = new Ledger(import.meta.url);
proofs.excuse('process_crash', { receipt: 'the process dies before its span is sent' });

let hub: TestHub;
let service: Running;
beforeEach(async () => {
  hub = await TestHub.start();
  service = await runService('crashing', { STORMGLASS_HUB: hub.url, STORMGLASS_CHAOS: 'on' }, CRASHING);
  await vi.waitUntil(() => hub.hello('crashing')?.capabilities.includes('process_crash:service'), soon);
}, 60_000);
afterEach(async () => {
  await service.stop();
  await hub.close();
});
const crashAt = (point: string) => hub.arm('crashing', { action: { type: 'process_crash', point }, target });

test('the process dies where it passes the point, and not before', { timeout: 60_000 }, async () => {
  expect(await (await fetch(service.url)).text()).toBe('done');
  expect((await crashAt('work:before-reply')).answer).toMatchObject({ ok: true });
  await vi.waitUntil(() => hub.injections.some(({ count }) => count === 1), soon);
  proofs.prove('process_crash', 'counted');
  const died = once(service.child, 'exit');
  await fetch(service.url).catch(() => undefined);
  expect(await died).toEqual([null, 'SIGKILL']);
  proofs.prove('process_crash', 'seen');
});

test('a release disarms the point, as its read-back says', { timeout: 60_000 }, async () => {
  const { faultId } = await crashAt('work:before-reply');
  const end = await hub.release('crashing', faultId);
  expect(end).toMatchObject({ reverted: true, readBack: 'no point armed' });
  expect(await (await fetch(service.url)).text()).toBe('done');
  proofs.prove('process_crash', 'removed', 'residue');
});

test('the point is disarmed when its time is over, when its injector throws, and when the hub is gone', async () => {
  const action = { type: 'process_crash', point: 'work:before-reply' } as const;
  const timed = await hub.armBriefly('crashing', { action, target });
  const end = { faultId: timed.faultId, reason: 'completed', readBack: 'no point armed' };
  await vi.waitFor(() => expect(hub.ended).toContainEqual(expect.objectContaining(end)), soon);
  expect(await (await fetch(service.url)).text()).toBe('done');
  proofs.prove('process_crash', 'expires');
  const broken = await hub.arm('crashing', { action, target }, { owner: SABOTEUR });
  expect(broken.answer).toMatchObject({ ok: false, code: 'internal' });
  expect(await (await fetch(service.url)).text()).toBe('done');
  await vi.waitUntil(await hub.orphan('crashing', { action, target }), soon);
  expect(await (await fetch(service.url)).text()).toBe('done');
  proofs.prove('process_crash', 'open');
});

test('a point that the process does not have is refused, with those that it has', async () => {
  expect((await crashAt('nowhere')).answer).toMatchObject({
    ok: false,
    code: 'target_absent',
    next: 'It has work:before-reply.',
  });
});

proofs.complete();
