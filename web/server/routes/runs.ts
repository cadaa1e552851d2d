import { basename } from 'node:path';
import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

export function runRoutes(
  p: Parts,
): Pick<Handlers, 'experiments' | 'runs' | 'run' | 'startRun' | 'abortRun'> {
  return {
    experiments: async () => {
      const { experiments, refused } = await p.runs.experiments();
      return {
        experiments: experiments.map(({ id, spec }) => ({ id, spec })),
        problems: refused.map(({ path, error }) => ({ file: basename(path), message: error.message })),
      };
    },
    runs: () => ({ runs: p.runs.list() }),
    run: (call) => p.runs.get(param(call, 'id')),
    startRun: ({ input, who }) => p.runs.start(input, who),
    abortRun: (call) => p.runs.abort(param(call, 'id'), call.who),
  };
}
