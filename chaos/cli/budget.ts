import type { Figure, Recovery } from '../contract/index.ts';
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

/** A sentence for each budget that is broken. What did not happen at all breaks it as well. */
export function brokenBudgets(budgets: readonly Budget[], recovery: Recovery | null): string[] {
  return budgets.flatMap(({ figure, ms }) => {
    const measured: Figure | undefined = recovery?.[figure];
    if (measured !== undefined && measured.value !== null && measured.value <= ms) return [];
    const is = measured === undefined ? 'unknown' : figureText(measured);
    return [`budget broken: ${figure} is ${is}, allowed ${ms / 1000} s`];
  });
}
