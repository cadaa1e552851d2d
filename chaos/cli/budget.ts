import type { Recovery } from '../contract/index.ts';
import { figureText } from '../report/index.ts';
import { usage } from './exit-codes.ts';
import { durationOf } from './values.ts';

/** Figures in milliseconds that a budget can bound. */
const FIGURES = ['detect', 'mitigate', 'recover', 'outage'] as const;

export interface Budget {
  figure: (typeof FIGURES)[number];
  ms: number;
}

/** `recover=10s`: at most so long, beside what the experiment's own file allows. */
export function budgetOf(text: string): Budget {
  const [name, bound, ...others] = text.split('=');
  const figure = FIGURES.find((one) => one === name);
  if (figure === undefined || bound === undefined || others.length > 0) {
    throw usage(`--budget is ${text}; write ${FIGURES.join('=10s, ')}=10s`, 'run');
  }
  return { figure, ms: durationOf('budget', bound) };
}

/**
 * A sentence for each budget that is broken. What did not happen breaks it as well; but where nothing broke there was nothing to
 * detect or to mitigate, and a run that measured nothing has a verdict which says so.
 */
export function brokenBudgets(budgets: readonly Budget[], recovery: Recovery | null): string[] {
  if (recovery === null) return [];
  const broke = recovery.conditions.some((condition) => condition.broken.length > 0);
  return budgets.flatMap(({ figure, ms }) => {
    const measured = recovery[figure];
    if (measured.value === null && !broke && figure !== 'recover') return [];
    if (measured.value !== null && measured.value <= ms) return [];
    return [`budget broken: ${figure} is ${figureText(measured)}, allowed ${ms / 1000} s`];
  });
}
