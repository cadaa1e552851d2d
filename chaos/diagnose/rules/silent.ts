import { compare } from '../compare.ts';
import type { Rule } from '../evidence.ts';
import { AGENTS } from '../links.ts';

/** It was called, and is not any more. */
export const silent: Rule = {
  name: 'silent',
  looksAt: 'whether it is called at all',
  find: (evidence) => {
    const { service } = evidence;
    const { now, before } = compare(evidence, ({ kind, ...cell }) => {
      return cell.service === service && (kind === 'server' || kind === 'consumer');
    });
    if (now.calls > 0 || before.calls === 0) return [];
    const says = `nothing was served in the last minute, ${before.calls} calls before: it hangs, or nobody reaches it`;
    return [{ likely: 0.45, says, evidence: [AGENTS] }];
  },
};
