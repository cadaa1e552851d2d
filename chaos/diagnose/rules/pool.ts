import type { Rule } from '../evidence.ts';
import { slowTraces } from '../links.ts';

/** Statements wait because every connection is in use. */
export const pool: Rule = {
  name: 'pool',
  looksAt: 'the connections to its database',
  find: ({ service, pools }) =>
    pools
      .filter(({ used, max, pending }) => max > 0 && used >= max && pending > 0)
      .map(({ instance, pool: name, used, max, pending }) => ({
        likely: 0.84,
        says: `all ${used} of ${max} connections of ${instance} to ${name} are in use, ${pending} statements wait for one`,
        evidence: [slowTraces(service, 500)],
      })),
};
