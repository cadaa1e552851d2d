import type { Timeline } from '@stormglass/agents/contract';
import type { ExperimentSpec } from '../contract/index.ts';
import { describeTolerance, keeps, readable } from '../probes/index.ts';
import { readGuard } from './guards/read.ts';
import { readHypothesis } from './steady.ts';

/** What a probe or a guard says at the moment; `ok` is null when there is too little to judge by. */
export interface PresentReading {
  name: string;
  ok: boolean | null;
  says: string;
}

/**
 * What the hypothesis and the guards of an experiment see now, with nothing hurt: whether it would begin, and how far
 * each guard is from its bound. `baselineFrom` is where the undisturbed time begins; instants are epoch ms.
 */
export function readPresent(
  spec: ExperimentSpec,
  timeline: Timeline,
  { at, baselineFrom }: { at: number; baselineFrom: number },
): { hypothesis: PresentReading[]; guards: PresentReading[] } {
  const moment = { timeline, runId: '', at, since: at, baselineFrom };
  return {
    hypothesis: readHypothesis({ spec }, timeline, at).map(({ name, ok, output }) => ({
      ...{ name, ok, says: output },
    })),
    guards: spec.guards.map((guard) => {
      const { value, detail } = readGuard(guard, moment);
      const wanted = describeTolerance(guard.tolerance);
      if (value === null) return { name: guard.name, ok: null, says: `${detail}, wanted ${wanted}` };
      const says = `${readable(value)}, wanted ${wanted} (${detail})`;
      return { name: guard.name, ok: keeps(guard.tolerance, value), says };
    }),
  };
}
