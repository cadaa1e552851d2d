import type { Lease } from '../../contract/index.ts';
import { LeaseTable } from '../leases.ts';

/** Faults of this owner break at the moment of their effect, as by a bug of ours, in any process that imports this file. */
export const SABOTEUR = 'saboteur';

const { arm } = LeaseTable.prototype;
LeaseTable.prototype.arm = function (lease) {
  return arm.call(this, lease.owner === SABOTEUR ? broken(lease) : lease);
};

/** What is asked of it before an effect is counted cannot be answered. */
function broken(lease: Lease): Lease {
  const spec = Object.defineProperty({ ...lease.spec }, 'maxAffected', {
    get: () => {
      throw new Error('a bug of ours');
    },
  });
  return { ...lease, spec };
}
