import { beforeEach, describe, expect, test } from 'vitest';
import { FaultSpec, type Lease, type LeaseEnded, StormglassError } from '../contract/index.ts';
import { type Effect, type Grip, type Injector, LeaseTable } from './leases.ts';
import { HandClock } from './testing/hand-clock.ts';

/** Latency on `orders`, remembered instead of injected. */
class Remembering implements Injector {
  readonly capabilities = ['latency:service'];
  readonly grips: Grip[] = [];
  ended = 0;
  reverts = true;
  arm(grip: Grip): Effect | Promise<Effect> {
    this.grips.push(grip);
    return {
      end: () => {
        this.ended++;
        return { words: 'seam empty', reverted: this.reverts };
      },
    };
  }
}

let clock: HandClock;
let injector: Remembering;
let ended: LeaseEnded[];
let armed: string[];
beforeEach(() => {
  clock = new HandClock();
  injector = new Remembering();
  ended = [];
  armed = [];
});

function table(allowed = true): LeaseTable {
  return new LeaseTable({
    clock,
    allowed,
    self: { service: 'orders', instance: 'orders-1' },
    injectors: [injector],
    onArmed: (held) => armed.push(held.faultId),
    onEnded: (end) => ended.push(end),
  });
}
function lease(extra: Partial<Lease> = {}, spec: object = {}): Lease {
  const parsed = FaultSpec.parse({
    action: { type: 'latency' },
    target: { kind: 'service', service: 'orders' },
    ...spec,
  });
  return { faultId: 'f1', owner: 'me', spec: parsed, ttlMs: 5_000, remainingMs: 30_000, ...extra };
}

test('ends by its own clock, ttl after the last renewal', async () => {
  const leases = table();
  await leases.arm(lease());
  await clock.advance(4_000);
  leases.renew({ faultIds: ['f1'], ttlMs: 5_000 });
  await clock.advance(4_999);
  expect(leases.ids).toEqual(['f1']);
  await clock.advance(1);
  expect(ended).toMatchObject([{ faultId: 'f1', reason: 'expired', reverted: true, readBack: 'seam empty' }]);
  expect(leases.ids).toEqual([]);
});

test('ends when its life is over, however often it is renewed', async () => {
  const leases = table();
  await leases.arm(lease());
  for (let t = 0; t < 29_000; t += 1_000) {
    await clock.advance(1_000);
    leases.renew({ faultIds: ['f1'], ttlMs: 5_000 });
  }
  expect(ended).toEqual([]);
  await clock.advance(1_000);
  expect(ended).toMatchObject([{ reason: 'completed' }]);
});

test('hurts nobody after its time, even while the timer that ends it is late', async () => {
  const leases = table();
  await leases.arm(lease());
  const [grip] = injector.grips;
  expect(grip?.take()).not.toBeNull();
  clock.jump(5_000);
  expect(grip?.take()).toBeNull();
  leases.renew({ faultIds: ['f1'], ttlMs: 5_000 });
  expect(grip?.take()).toBeNull();
});

test('a spent lease lets its last effect play out before it ends', async () => {
  const leases = table();
  await leases.arm(lease({}, { maxAffected: 2 }));
  const [grip] = injector.grips;
  const first = grip?.take();
  const second = grip?.take();
  expect(grip?.take()).toBeNull();
  first?.();
  first?.();
  await clock.advance(0);
  expect(ended).toEqual([]);
  second?.();
  await clock.advance(0);
  expect(ended).toMatchObject([{ reason: 'max_affected', injections: 2 }]);
});

test('ending it twice is ending it once, with one answer', async () => {
  const leases = table();
  await leases.arm(lease());
  const [released, halted] = await Promise.all([leases.release('f1'), leases.halt()]);
  expect(halted.ended).toEqual([released]);
  expect(injector.ended).toBe(1);
  expect(await leases.release('f1')).toBeNull();
});

test('an effect that cannot be shown to be gone is a failed end', async () => {
  injector.reverts = false;
  const leases = table();
  await leases.arm(lease());
  expect(await leases.release('f1')).toMatchObject({ reason: 'failed', reverted: false });
});

/** Latency that takes its time to arm, as one that asks another process does. */
class Slow extends Remembering {
  readonly armed = Promise.withResolvers<void>();
  override async arm(grip: Grip): Promise<Effect> {
    const effect = super.arm(grip);
    await this.armed.promise;
    return effect;
  }
}

describe('a lease that ends while its effect is still being armed', () => {
  const ends: [LeaseEnded['reason'], (leases: LeaseTable) => unknown][] = [
    ['released', (leases) => leases.release('f1')],
    ['halted', (leases) => leases.halt()],
    ['expired', () => clock.advance(5_000)],
  ];
  test.each(ends)('undoes what then was armed (%s)', async (reason, end) => {
    const slow = new Slow();
    injector = slow;
    const leases = table();
    const arming = leases.arm(lease());
    const ending = end(leases);
    await clock.advance(0);
    expect(slow.grips[0]?.take()).toBeNull();
    slow.armed.resolve();
    expect(await arming).toMatchObject({ ok: false, code: 'conflict' });
    await ending;
    await clock.advance(0);
    expect(slow.ended).toBe(1);
    expect(ended).toMatchObject([{ reason, reverted: true }]);
    expect(armed).toEqual([]);
    expect(leases.ids).toEqual([]);
  });

  test.each([
    [new StormglassError('target_absent', 'no such worker', 'Target another.'), 'released', true],
    [new Error('lost half way'), 'failed', false],
    [new StormglassError('internal', 'the database stays closed', 'Open it.'), 'failed', false],
  ])('was only undone for sure if it was refused (%s)', async (error, reason, reverted) => {
    const slow = new Slow();
    injector = slow;
    const leases = table();
    const arming = leases.arm(lease());
    const ending = leases.release('f1');
    slow.armed.reject(error);
    expect(await arming).toMatchObject({ ok: false });
    expect(await ending).toMatchObject({ reason, reverted });
    expect(leases.ids).toEqual([]);
  });

  test('is not brought back by arming it again', async () => {
    const slow = new Slow();
    injector = slow;
    const leases = table();
    const arming = leases.arm(lease());
    const ending = leases.release('f1');
    expect(await leases.arm(lease())).toMatchObject({ ok: false, code: 'conflict' });
    slow.armed.resolve();
    await Promise.all([arming, ending]);
    expect(slow.ended).toBe(1);
  });
});

test('arming a lease again while it is being armed gives the same answer', async () => {
  const slow = new Slow();
  injector = slow;
  const leases = table();
  const answers = Promise.all([leases.arm(lease()), leases.arm(lease())]);
  slow.armed.reject(new Error('no such worker'));
  expect((await answers).map((answer) => answer.ok)).toEqual([false, false]);
});

test('arming the same lease again renews it', async () => {
  const leases = table();
  await leases.arm(lease());
  await clock.advance(4_000);
  expect(await leases.arm(lease())).toMatchObject({ ok: true });
  await clock.advance(4_000);
  expect(leases.ids).toEqual(['f1']);
  expect(injector.grips).toHaveLength(1);
});

test.each([
  ['chaos_not_allowed', false, {}],
  ['target_absent', true, { target: { kind: 'service', service: 'payments' } }],
  ['target_absent', true, { target: { kind: 'service', service: 'orders', instance: 'orders-2' } }],
  ['fault_unsupported', true, { position: 'late' }],
  ['fault_unsupported', true, { action: { type: 'hang' } }],
])('is refused with %s', async (code, allowed, spec) => {
  const leases = table(allowed);
  expect(await leases.arm(lease({}, spec))).toMatchObject({ ok: false, code });
  expect(leases.ids).toEqual([]);
});
