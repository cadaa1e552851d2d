import { assertNever } from '@stormglass/agents/contract';
import type { Breakage, Recovery, Run } from '../contract/index.ts';

/** One thing that a run was expected to do: what it was, and whether it was so. */
export interface Expectation {
  as: boolean;
  /** In words, with the figures found. */
  says: string;
}

/**
 * A run that has ended against what its experiment says of it. With its protections: a right verdict, no invariant violated,
 * and none of the `breaks`. Without: a right verdict, each of the `breaks`, and no invariant violated beside those.
 */
export function expectations(run: Run): Expectation[] {
  const { expected } = run.experiment;
  if (expected === undefined) return [];
  const verdicts = run.unprotected ? expected.unprotected : expected.protected;
  const certain = expected.breaks.flatMap((one) => (one.type === 'invariant' ? [one.id] : []));
  const named = [...certain, ...expected.may_violate];
  const surprising = violatedIn(run).filter((id) => !run.unprotected || !named.includes(id));
  return [
    {
      as: run.verdict !== null && verdicts.includes(run.verdict),
      says: `${run.verdict ?? 'no verdict'}, wanted ${verdicts.join(' or ')} (${run.why})`,
    },
    {
      as: surprising.length === 0,
      says: surprising.length === 0 ? 'no other invariant violated' : `violated: ${surprising.join(', ')}`,
    },
    ...expected.breaks.map((one) => {
      const { broken, says } = look(one, run);
      return { as: broken === run.unprotected, says };
    }),
  ];
}

const violatedIn = (run: Run): string[] => run.recovery?.violated ?? [];

function look(one: Breakage, run: Run): { broken: boolean; says: string } {
  switch (one.type) {
    case 'invariant': {
      const broken = violatedIn(run).includes(one.id);
      return { broken, says: `${one.id} ${broken ? 'violated' : 'holds'}` };
    }
    case 'probe': {
      const ended = run.events.findLast((e) => e.type === 'activity-ended' && e.name === one.name);
      if (ended?.type !== 'activity-ended') return { broken: false, says: `"${one.name}" was not asked` };
      return { broken: !ended.ok, says: `${one.name}: ${ended.ok ? 'yes' : 'no'} (${ended.output})` };
    }
    case 'condition': {
      const seconds = brokenUnderFault(one.id, run.recovery);
      const says = `${one.id} broken for ${seconds.toFixed(1)} s under the fault (${one.for} s is the limit)`;
      return { broken: seconds >= one.for, says };
    }
    case 'sagas': {
      const { compensated = 0, confirmed = 0 } = run.recovery?.sagas ?? {};
      const ended = compensated + confirmed;
      const says = `${compensated} of ${ended} sagas compensated (${one.compensated * 100} % is the limit)`;
      return { broken: ended > 0 && compensated / ended >= one.compensated, says };
    }
    default:
      return assertNever(one);
  }
}

/** Seconds, from the first effect to the end of the last fault. */
function brokenUnderFault(id: string, recovery: Recovery | null): number {
  const { t0 = null, t3 = null } = recovery ?? {};
  const condition = recovery?.conditions.find((each) => each.id === id);
  if (condition === undefined || t0 === null || t3 === null) return 0;
  const parts = condition.broken.map(([from, to]) => Math.min(to, t3) - Math.max(from, t0));
  return parts.reduce((sum, ms) => sum + Math.max(0, ms), 0) / 1000;
}
