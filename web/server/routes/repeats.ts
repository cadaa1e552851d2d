import { StormglassError } from '@stormglass/agents/contract';
import { compareRuns, partOf, type RunTraffic } from '@stormglass/chaos/compare';
import type { ComparedPart, Run } from '@stormglass/chaos/contract';
import { type Handlers, type Parts, param } from './handler.ts';

export function repeatRoutes(
  p: Parts,
): Pick<Handlers, 'compareRuns' | 'repeats' | 'repeat' | 'startRepeat' | 'stopRepeat'> {
  return {
    compareRuns: async (call) => {
      const { part } = call.input;
      const id = param(call, 'id');
      if (call.input.with === id) {
        throw new StormglassError('invalid_request', 'a run is always like itself', 'Name another run.');
      }
      const [a, b] = await Promise.all([
        trafficOf(p, p.runs.get(id), part, call.signal),
        trafficOf(p, p.runs.get(call.input.with), part, call.signal),
      ]);
      return compareRuns(part, a, b);
    },
    repeats: () => ({ repeats: p.repeats.list() }),
    repeat: (call) => p.repeats.report(param(call, 'id')),
    startRepeat: ({ input, who }) => p.repeats.start(input, who),
    stopRepeat: (call) => p.repeats.stop(param(call, 'id'), call.who),
  };
}

/** What was observed in a part of a run. Retention may have taken it: then there is nothing to compare. */
async function trafficOf(p: Parts, run: Run, part: ComparedPart, signal: AbortSignal): Promise<RunTraffic> {
  const { from, to } = partOf(run, part);
  const { step, timeline } = await p.history.range(from, Math.max(to, from + 1), undefined, signal);
  if (timeline.traffic.length === 0) {
    throw new StormglassError(
      'not_found',
      `there are no calls of the run ${run.id} in that part any more`,
      'Choose a younger run, or keep telemetry longer.',
    );
  }
  return { run, from, to, traffic: timeline.traffic, stepSeconds: step };
}
