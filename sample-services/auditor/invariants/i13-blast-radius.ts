import type { CallWindow } from '../service-levels/window.ts';
import type { Invariant } from './invariant.ts';

/** The one that has the fault, and one more. */
const ALLOWED = 2;

/**
 * No database knows this. The auditor reads every service's own counters of the calls it made (GET /metrics, breakers by
 * outcome): a service is below its level when more than 0.1 % of at least 20 calls to it failed of late. Which of
 * them has the fault is not asked: with more than two below their level at once, one of them reached two others.
 */
export const blastRadius = (window: CallWindow): Invariant => ({
  id: 'I13',
  title: 'A fault in one service takes at most one other below its level',
  needs: [],
  check: async ({ snapshots }) => {
    const breaches = window.breaches(snapshots.at);
    if (breaches.length <= ALLOWED) return [];
    const found = breaches
      .map(({ service, failed, calls }) => `${service} (${failed} of ${calls})`)
      .join(', ');
    return [
      {
        ...{ key: 'services', orderId: null, sagaId: null, weight: 'certain', scope: 'sweep', found },
        expected: `at most ${ALLOWED} services in which more than 0.1 % of calls fail`,
      },
    ];
  },
  blind: () => (window.callers(Date.now()) === 0 ? 'no service tells of the calls that it made' : null),
  figures: () => ({ callers: window.callers(Date.now()), below: window.breaches(Date.now()).length }),
});
