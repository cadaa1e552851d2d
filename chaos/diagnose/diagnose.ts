import type { Diagnosis, Suspicion } from '../contract/index.ts';
import type { Evidence } from './evidence.ts';
import { RULES } from './rules/index.ts';

/** Below this something is a symptom, not a cause. */
const CAUSE = 0.5;

/**
 * What is probably wrong with a service, most probable cause first. Nothing is measured here that is not in the evidence;
 * `blind` are parts of it that could not be had.
 */
export function diagnose(evidence: Evidence, blind: string[] = []): Diagnosis {
  const suspicions = RULES.flatMap((rule) =>
    rule.find(evidence).map((found) => ({ rule: rule.name, ...found })),
  );
  suspicions.sort((a, b) => b.likely - a.likely);
  const { service, at } = evidence;
  const summary = summarize(evidence, suspicions);
  return { service, at, summary, suspicions, looked: RULES.map(({ looksAt }) => looksAt), blind };
}

function summarize({ service, timeline, agents }: Evidence, suspicions: readonly Suspicion[]): string {
  const [first] = suspicions;
  const known =
    agents.length > 0 || timeline.traffic.some((cell) => cell.service === service || cell.peer === service);
  if (!known) return `Nothing is known of ${service}: no call, no message and no agent of it was seen.`;
  if (first === undefined) return `${service} looks well: no rule found anything out of its usual.`;
  const others = suspicions.length - 1;
  const more = others === 0 ? '' : ` ${others} more ${others === 1 ? 'sign' : 'signs'} below.`;
  if (first.likely < CAUSE) return `${service} has symptoms, and no cause was found: ${first.says}.${more}`;
  return `Most probably: ${first.says}.${more}`;
}
