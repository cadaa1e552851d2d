import { compare, failsMore, isSlower, ms, percent } from '../compare.ts';
import type { Rule } from '../evidence.ts';
import { failingTraces, oneTrace, slowTraces } from '../links.ts';

/** What it answers itself: says that something is wrong, and by itself not why. */
export const ownAnswers: Rule = {
  name: 'own-answers',
  looksAt: 'its own error rate and p95, against how they were before',
  find: (evidence) => {
    const { service, failing } = evidence;
    const compared = compare(evidence, (cell) => cell.kind === 'server' && cell.service === service);
    const { now, before } = compared;
    if (failsMore(compared)) {
      const says = `${percent(now.errorShare)} of ${now.calls} calls in the last minute failed, ${percent(before.errorShare)} before${commonest(failing)}`;
      const links = failing.slice(0, 3).map(({ traceId }) => oneTrace(traceId));
      return [{ likely: 0.35, says, evidence: [...links, failingTraces(service)] }];
    }
    if (isSlower(compared)) {
      const says = `it answers slower: p95 ${ms(now.p95)}, ${ms(before.p95)} before, with as many errors as ever`;
      return [{ likely: 0.33, says, evidence: [slowTraces(service, before.p95 ?? 0)] }];
    }
    return [];
  },
};

function commonest(failing: readonly { statusMessage: string }[]): string {
  const counts = new Map<string, number>();
  for (const { statusMessage } of failing) {
    if (statusMessage !== '') counts.set(statusMessage, (counts.get(statusMessage) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most === undefined ? '' : `; ${most[1]} of ${failing.length} say "${most[0].slice(0, 120)}"`;
}
