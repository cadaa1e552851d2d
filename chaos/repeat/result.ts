import type { RepeatFigure, RepeatResult, Run, Verdict } from '../contract/index.ts';
import { figuresOf } from '../recovery/index.ts';
import { meanEstimate, medianEstimate, wilson } from '../statistics/index.ts';
import { wasInjected } from './injected.ts';

const METHOD = [
  "Mean: of the runs that have a value; interval by Student's t with n - 1 degrees of freedom, 95 %.",
  'Median: interval between two of the sorted values by the sign test, at least 95 % whatever the distribution; from six runs on.',
  "Shares of runs: Wilson's 95 % interval.",
  'Runs that were stopped, and those in which nothing was injected, do not count.',
];

/** Verdicts of runs that did not go to their own end. */
const CUT_SHORT: readonly Verdict[] = ['aborted', 'interrupted', 'injection-failed', 'not-run', 'invalid'];

/** What runs of one experiment with different seeds say together. Pure; runs without a verdict are left out. */
export function repeatResult(runs: readonly Run[]): RepeatResult {
  const reasons = runs.map((run) => ({ run, why: whyNot(run) }));
  const counted = reasons.filter(({ why }) => why === null).map(({ run }) => run);
  return {
    method: METHOD,
    counted: counted.length,
    leftOut: reasons.flatMap(({ run, why }) =>
      why === null ? [] : [{ seed: run.seed, runId: run.id, why }],
    ),
    verdicts: verdictsOf(counted),
    recovered: counted.length === 0 ? null : share(counted, (run) => run.recovery?.t4 != null),
    figures: figuresOver(counted),
  };
}

function whyNot(run: Run): string | null {
  if (run.verdict === null) return 'it has not ended';
  if (CUT_SHORT.includes(run.verdict)) return `${run.verdict}: ${run.why}`;
  if (!wasInjected(run)) return 'nothing was injected';
  return run.recovery === null ? 'nothing was measured' : null;
}

function share(runs: readonly Run[], is: (run: Run) => boolean) {
  const count = runs.filter(is).length;
  return { count, share: count / runs.length, interval: wilson(count, runs.length) };
}

function verdictsOf(runs: readonly Run[]): RepeatResult['verdicts'] {
  const found = new Set(runs.flatMap(({ verdict }) => (verdict === null ? [] : [verdict])));
  return [...found]
    .map((verdict) => ({ verdict, ...share(runs, (run) => run.verdict === verdict) }))
    .sort((a, b) => b.count - a.count);
}

function figuresOver(runs: readonly Run[]): RepeatFigure[] {
  const named = runs.map(({ recovery }) => (recovery === null ? [] : figuresOf(recovery)));
  // The first run which has a figure says how it is called; hops that are amplified differ from run to run.
  const all = new Map(named.flat().map((one) => [one.id, one]));
  return [...all.values()].map(({ id, name, figure }) => {
    const values = runs.map((run, index) => ({
      seed: run.seed,
      runId: run.id,
      value: named[index]?.find((one) => one.id === id)?.figure.value ?? null,
    }));
    const known = values.flatMap(({ value }) => (value === null ? [] : [value]));
    return {
      ...{ id, name, unit: figure.unit, formula: figure.formula, values },
      ...{ runs: known.length, without: values.length - known.length },
      mean: meanEstimate(known),
      median: medianEstimate(known),
    };
  });
}
