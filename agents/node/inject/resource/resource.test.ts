import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { battery, type Trial } from '../../testing/battery.ts';
import { TestHub } from '../../testing/hub.ts';
import { Ledger } from '../../testing/promises.ts';
import { type Running, runService } from '../../testing/run.ts';

const soon = { timeout: 60_000, interval: 50 };
const MIB = 1_048_576;
const SERVICE = { kind: 'service', service: 'victim' } as const;
const hasProc = existsSync('/proc/self/task');
const proofs = new Ledger(import.meta.url);
const NO_SPAN = { receipt: 'it hurts the whole process and no single call' };

/** What the system says of the process, which is how anybody else on the host sees it. */
describe.skipIf(!hasProc)(`resources of a process${hasProc ? '' : ' (only where there is /proc)'}`, () => {
  let hub: TestHub;
  let victim: Running;
  beforeAll(async () => {
    hub = await TestHub.start();
    victim = await runService('victim', { STORMGLASS_HUB: hub.url, STORMGLASS_CHAOS: 'on' });
    await vi.waitUntil(() => hub.hello('victim')?.capabilities.includes('cpu_burn:service'), soon);
  }, 60_000);
  afterAll(async () => {
    await victim?.stop();
    await hub.close();
  });
  beforeEach(() => hub.halt('victim'));

  const threads = () => readdirSync(`/proc/${victim.child.pid}/task`);
  const residentMib = () => {
    const status = readFileSync(`/proc/${victim.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
  };
  /** Hundredths of a second that a thread has computed. */
  const ticks = (thread: string | number) => {
    const stat = readFileSync(`/proc/${victim.child.pid}/task/${thread}/stat`, 'utf8').split(') ')[1] ?? '';
    const fields = stat.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const arm = async (action: object) => {
    const { faultId, answer } = await hub.arm('victim', {
      action: action as never,
      target: SERVICE,
      durationMs: 600_000,
    });
    expect(answer).toMatchObject({ ok: true });
    return faultId;
  };
  const counted = (faultId: string) =>
    vi.waitUntil(() => hub.injections.some((one) => one.faultId === faultId && one.count > 0), soon);
  const completed = async (faultId: string) => {
    const over = { faultId, reason: 'completed', reverted: true };
    await vi.waitFor(() => expect(hub.ended).toContainEqual(expect.objectContaining(over)), soon);
  };

  test('cpu_burn computes in so many threads, which end with it', { timeout: 120_000 }, async () => {
    const before = threads();
    const faultId = await arm({ type: 'cpu_burn', cores: 2, load: 100 });
    const burning = threads().filter((thread) => !before.includes(thread));
    expect(burning.length).toBeGreaterThanOrEqual(2);
    await vi.waitUntil(() => burning.filter((thread) => ticks(thread) >= 20).length >= 2, soon);
    await counted(faultId);
    expect(await hub.release('victim', faultId)).toMatchObject({
      reverted: true,
      readBack: '2 threads ended',
    });
    await vi.waitUntil(() => !threads().some((thread) => burning.includes(thread)), soon);
  });

  test('cpu_burn is over when its time is', { timeout: 120_000 }, async () => {
    const { faultId } = await hub.armBriefly('victim', { action: { type: 'cpu_burn' }, target: SERVICE });
    await completed(faultId);
  });

  test('memory_pressure is resident, and given back each time', { timeout: 120_000 }, async () => {
    for (let time = 0; time < 4; time++) {
      const faultId = await arm({ type: 'memory_pressure', bytes: 160 * MIB });
      // Armed means touched. What the service itself needs comes and goes meanwhile.
      const held = residentMib();
      await counted(faultId);
      expect(await hub.release('victim', faultId)).toMatchObject({ reverted: true });
      await vi.waitUntil(() => residentMib() < held - 120, soon);
    }
  });

  test('memory_pressure beyond what there is is refused', async () => {
    const action = { type: 'memory_pressure', bytes: 16_384 * MIB } as const;
    if (process.availableMemory() * 0.8 > action.bytes) return;
    const { answer } = await hub.arm('victim', { action, target: SERVICE });
    expect(answer).toMatchObject({ ok: false, code: 'fault_unsupported' });
  });

  test('event_loop_block keeps the loop busy, and a halt gets in', { timeout: 120_000 }, async () => {
    const main = victim.child.pid ?? 0;
    const before = ticks(main);
    const faultId = await arm({ type: 'event_loop_block', ms: 60_000, pauseMs: 0 });
    await vi.waitUntil(() => ticks(main) > before + 50, soon);
    await counted(faultId);
    const { ended } = await hub.halt('victim');
    expect(ended).toMatchObject([{ faultId, reverted: true, readBack: 'the event loop turns' }]);
    expect((await fetch(`${victim.url}/handled`)).status).toBe(200);
  });

  test('event_loop_block stops after so many blocks', { timeout: 120_000 }, async () => {
    const { faultId } = await hub.arm('victim', {
      action: { type: 'event_loop_block', ms: 60, pauseMs: 0 },
      target: SERVICE,
      maxAffected: 3,
    });
    const over = { faultId, reason: 'max_affected', injections: 3 };
    await vi.waitFor(() => expect(hub.ended).toContainEqual(expect.objectContaining(over)), soon);
  });

  /** Hundredths of a second which the threads that were not there at first have computed. */
  const burnt = () => {
    const added = threads().filter((thread) => !usual.has(thread));
    return added.map(ticksOfAny).reduce((sum, each) => sum + each, 0);
  };
  const usual = new Set<string>();
  const ticksOfAny = (thread: string) => {
    try {
      return ticks(thread);
    } catch {
      // It has ended since.
      return 0;
    }
  };
  let resident = 0;
  beforeEach(() => {
    for (const thread of threads()) usual.add(thread);
    resident ||= residentMib();
  });
  /** How often the main thread has gone to sleep of its own will. */
  const naps = () => {
    const { pid } = victim.child;
    const status = readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
  };
  /** A service sleeps between requests, one whose loop is blocked computes instead: what comes first, on any machine. */
  const loop = async () => {
    const main = victim.child.pid ?? 0;
    const [slept, computed] = [naps(), ticks(main)];
    for (;;) {
      await (await fetch(`${victim.url}/handled`)).text();
      if (naps() >= slept + 5) return 'well';
      if (ticks(main) >= computed + 15) return 'hurt';
    }
  };
  let loops: ('well' | 'hurt')[] = [];
  const trials: Trial[] = [
    {
      name: 'burning cores',
      fault: { action: { type: 'cpu_burn', cores: 2 }, target: SERVICE },
      provoke: () => undefined,
      sees: () => (burnt() >= 20 ? 'hurt' : 'well'),
      without: NO_SPAN,
    },
    {
      name: 'memory that is taken',
      fault: { action: { type: 'memory_pressure', bytes: 192 * MIB }, target: SERVICE },
      provoke: () => undefined,
      sees: () => (residentMib() > resident + 140 ? 'hurt' : 'well'),
      without: NO_SPAN,
    },
    {
      name: 'a blocked event loop',
      fault: { action: { type: 'event_loop_block', ms: 60_000, pauseMs: 0 }, target: SERVICE },
      provoke: () => loop().then((one) => loops.push(one)),
      sees: () => loops.shift() ?? null,
      without: NO_SPAN,
    },
  ];
  beforeEach(() => {
    loops = [];
  });
  battery(() => ({ service: 'victim', hub }), trials, proofs);

  proofs.complete();
});
