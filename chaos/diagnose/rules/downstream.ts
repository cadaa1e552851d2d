import type { TrafficCell } from '@stormglass/agents/contract';
import { compare, failsMore, isSlower, ms, percent } from '../compare.ts';
import type { Evidence, Rule } from '../evidence.ts';
import { failingTraces, slowTraces } from '../links.ts';

/** What it calls answers with errors, or slower than it did. */
export const downstream: Rule = {
  name: 'downstream',
  looksAt: 'the services and databases it calls, against how they were before',
  find: (evidence) => callees(evidence).flatMap(([kind, peer]) => look(evidence, kind, peer)),
};

type Kind = Extract<TrafficCell['kind'], 'client' | 'db'>;

function callees({ timeline, service }: Evidence): [Kind, string][] {
  const found = new Map<string, [Kind, string]>();
  for (const { kind, service: caller, peer } of timeline.traffic) {
    if (caller !== service || (kind !== 'client' && kind !== 'db')) continue;
    found.set(`${kind}|${peer}`, [kind, peer]);
  }
  return [...found.values()];
}

function look(evidence: Evidence, kind: Kind, peer: string) {
  const { service } = evidence;
  const compared = compare(evidence, (c) => c.kind === kind && c.service === service && c.peer === peer);
  const { now, before } = compared;
  const what = kind === 'db' ? `its database ${peer}` : peer;
  if (failsMore(compared)) {
    const says = `${percent(now.errorShare)} of its calls to ${what} fail, ${percent(before.errorShare)} before`;
    return [{ likely: 0.55 + 0.25 * now.errorShare, says, evidence: [failingTraces(service)] }];
  }
  if (isSlower(compared)) {
    const says = `${what} answers slower: p95 ${ms(now.p95)}, ${ms(before.p95)} before`;
    return [{ likely: 0.6, says, evidence: [slowTraces(service, before.p95 ?? 0)] }];
  }
  return [];
}
