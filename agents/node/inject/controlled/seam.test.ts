import { expect, test } from 'vitest';
import { CONTROL, Lease } from '../../../contract/index.ts';
import { ControlRegistry } from '../../controls.ts';
import type { Grip } from '../../leases.ts';
import { ControlledFaults } from './seam.ts';

const lease = Lease.parse({
  ...{ faultId: 'f1', owner: 'test', ttlMs: 60_000, remainingMs: 60_000 },
  spec: { action: { type: 'key_rotated' }, target: { kind: 'service', service: 'identity' } },
});

/** A service that signs, and the faults that it can be asked for. */
function signing() {
  const keys = ['first'];
  const controls = new ControlRegistry();
  controls.register({
    name: 'keys.rotate',
    title: 'Rotate the signing key',
    input: CONTROL['keys.rotate'].input,
    run: () => ({ kid: keys[keys.push(`key ${keys.length}`) - 1] }),
  });
  const faults = new ControlledFaults(controls);
  return { keys, arm: (take: Grip['take']) => faults.arm({ lease, take }) };
}

test('what cannot be taken back is not begun when it cannot be counted', async () => {
  const { keys, arm } = signing();
  const broken = arm(() => {
    throw new Error('a bug of ours');
  });
  await expect(broken).rejects.toThrow('a bug of ours');
  expect(keys).toEqual(['first']);
});

test('nor when its lease is over, and it can be armed again after that', async () => {
  const { keys, arm } = signing();
  await expect(arm(() => null)).rejects.toMatchObject({ code: 'conflict' });
  expect(keys).toEqual(['first']);
  const effect = await arm(() => () => undefined);
  expect(keys).toHaveLength(2);
  expect(await effect.end()).toMatchObject({ words: 'signs with key key 1, which stays', reverted: true });
});
