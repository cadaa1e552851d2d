import type { Figure, Recovery, Verdict } from '../contract/index.ts';
import { MIN_CALLS } from '../probes/index.ts';
import type { Finding, Ledger, RunFacts } from './state.ts';

/** The strongest finding is the verdict: first what was left behind or stopped, then what was learned. */
const STRENGTH: Finding['verdict'][] = [
  'revert-failed',
  'interrupted',
  'aborted',
  'injection-failed',
  'not-run',
  'deviated',
  'inconclusive',
];

/** The verdict of a run that is over, and why in words. */
export function judgeRun(facts: RunFacts, ledger: Ledger): { verdict: Verdict; why: string } {
  const findings = [...ledger.findings, ...revertFindings(ledger), ...recoveryFindings(facts, ledger)];
  for (const verdict of STRENGTH) {
    const found = findings.filter((finding) => finding.verdict === verdict);
    if (found.length > 0) return { verdict, why: found.map((finding) => finding.why).join('; ') };
  }
  const { recovery } = ledger;
  if (recovery === null || ledger.faults.length === 0) {
    return { verdict: 'passed', why: 'the steady state held before and after the method' };
  }
  return praise(recovery);
}

function revertFindings(ledger: Ledger): Finding[] {
  const faults = ledger.faults
    .filter((fault) => fault.end?.reverted === false)
    .map((fault) => `${fault.title} was not reverted: ${fault.end?.readBack ?? 'no read-back'}`);
  const protections = ledger.removed
    .filter(({ end }) => end?.back === false)
    .map(({ service, name, end }) => `${service} has not got ${name} back: ${end?.readBack ?? ''}`);
  return [...faults, ...protections].map((why) => ({ verdict: 'revert-failed', why }));
}

function recoveryFindings(facts: RunFacts, { recovery, faults, methodAt }: Ledger): Finding[] {
  if (recovery === null || faults.length === 0 || methodAt === null) return [];
  if (recovery.t0 === null) {
    return [{ verdict: 'inconclusive', why: `the fault hit nothing: ${recovery.detect.inputs}` }];
  }
  const since = Math.floor(methodAt / 1000);
  const calls = recovery.sli.reduce((sum, point) => sum + (point.second >= since ? point.total : 0), 0);
  if (calls < MIN_CALLS) {
    const { service, operation } = facts.spec.sli;
    const why = `only ${calls} calls of ${operation ?? 'all operations'} of ${service} since the method began`;
    return [{ verdict: 'inconclusive', why }];
  }
  const { detect, recover } = facts.spec.budget;
  // Where nothing broke there was nothing to detect.
  const broke = recovery.conditions.some((condition) => condition.broken.length > 0);
  return [
    ...(broke ? overBudget('detected', recovery.detect, detect) : []),
    ...overBudget('recovered', recovery.recover, recover),
  ];
}

function overBudget(verb: string, figure: Figure, budgetS: number | undefined): Finding[] {
  if (budgetS === undefined) return [];
  if (figure.value === null) {
    return [{ verdict: 'deviated', why: `not ${verb} (budget ${budgetS} s): ${figure.inputs}` }];
  }
  if (figure.value <= budgetS * 1000) return [];
  const took = (figure.value / 1000).toFixed(1);
  return [{ verdict: 'deviated', why: `${verb} after ${took} s, the budget is ${budgetS} s` }];
}

function praise(recovery: Recovery): { verdict: Verdict; why: string } {
  const answers = recovery.conditions.find((condition) => condition.id === 'answers_in_band');
  const recovered = `recovered ${((recovery.recover.value ?? 0) / 1000).toFixed(1)} s after the fault was cleared`;
  if (answers === undefined || answers.broken.length === 0) {
    return { verdict: 'passed', why: `answers stayed in band the whole time; ${recovered}` };
  }
  const ms = answers.broken.reduce((sum, [from, to]) => sum + to - from, 0);
  const lost = Math.round(recovery.lostRequests.value ?? 0);
  const why = `answers were below band for ${(ms / 1000).toFixed(1)} s, ${lost} requests lost; ${recovered}`;
  return { verdict: 'degraded-recovered', why };
}
