import { StormglassError } from '@stormglass/agents/contract';
import type { ComparedPart, Run } from '../contract/index.ts';

/** The stretch of a run which a part means, epoch ms. Throws when the run has none. */
export function partOf(run: Run, part: ComparedPart): { from: number; to: number } {
  const { endedAt, recovery } = run;
  if (endedAt === null) {
    throw new StormglassError('conflict', `the run ${run.id} has not ended`, 'Compare it when it has.');
  }
  const armings = run.events.flatMap((event) => (event.type === 'fault-armed' ? [event.at] : []));
  const first = Math.min(...armings);
  if (recovery === null || armings.length === 0) {
    throw new StormglassError(
      'conflict',
      `the run ${run.id} injected nothing (${run.verdict}), so it has no stretch to compare`,
      'Choose a run with a measured recovery.',
    );
  }
  const cleared = recovery.t3 ?? endedAt;
  switch (part) {
    case 'before':
      return { from: recovery.baseline?.from ?? run.startedAt, to: first };
    case 'fault':
      return { from: first, to: cleared };
    case 'after':
      return { from: cleared, to: endedAt };
  }
}
