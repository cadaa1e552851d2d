import { breakerLines, stateAt } from '../../probes/index.ts';
import type { Evidence, Rule } from '../evidence.ts';
import { BREAKERS, failingTraces } from '../links.ts';

/** It has given somebody up: what it calls is broken, and this service does without. */
export const openBreakers: Rule = {
  name: 'open-breakers',
  looksAt: 'its own breakers',
  find: (evidence) =>
    notClosed(evidence)
      .filter(({ service }) => service === evidence.service)
      .map(({ peer, state }) => ({
        likely: 0.78,
        says: `its breaker towards ${peer} is ${state}: ${peer} fails or is too slow${reason(evidence, peer)}`,
        evidence: [BREAKERS, failingTraces(peer)],
      })),
};

/** Others have given it up: a symptom, and the reason why nothing arrives. */
export const givenUp: Rule = {
  name: 'given-up',
  looksAt: "its callers' breakers",
  find: (evidence) =>
    notClosed(evidence)
      .filter(({ peer }) => peer === evidence.service)
      .map(({ service, state }) => ({
        likely: 0.5,
        says: `the breaker of ${service} towards it is ${state}: callers are turned away before they reach it`,
        evidence: [BREAKERS],
      })),
};

function notClosed({ timeline, at }: Evidence) {
  const found = breakerLines(timeline).flatMap(({ service, peer, name, ...line }) => {
    const state = stateAt({ service, peer, name, ...line }, at);
    const open = state === 'open' || state === 'half_open' || state === 'forced_open';
    return open ? [{ service, peer: peer || name, state: state.replace('_', ' ') }] : [];
  });
  return [...new Map(found.map((one) => [`${one.service}|${one.peer}`, one])).values()];
}

/** What the breaker said when it opened last. */
function reason({ timeline, service }: Evidence, peer: string): string {
  const opening = timeline.transitions.findLast(
    (moved) => moved.service === service && moved.peer === peer && moved.to === 'open',
  );
  if (opening === undefined) return '';
  return ` (${opening.windowFailures} of ${opening.windowCalls} calls failed in ${opening.windowSeconds} s)`;
}
