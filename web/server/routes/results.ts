import { StormglassError } from '@stormglass/agents/contract';
import { compareRuns, partOf, type RunTraffic } from '@stormglass/chaos/compare';
import type { ComparedPart, Run } from '@stormglass/chaos/contract';
import { render } from '@stormglass/chaos/report';
import type { RESULTS_API } from '../../live/results-api.ts';
import { asDocument } from './document.ts';
import { type Handlers, type Parts, param } from './handler.ts';

export function resultRoutes(p: Parts): Pick<Handlers, keyof typeof RESULTS_API> {
  return {
    runReport: (call) => {
      const { format } = call.input;
      return asDocument(call, format, render(p.runs.get(param(call, 'id')), format));
    },
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
