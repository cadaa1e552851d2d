import { type Handlers, type Parts, param } from './handler.ts';

export function sweepRoutes(
  p: Parts,
): Pick<
  Handlers,
  'sweeps' | 'sweep' | 'startSweep' | 'abortSweep' | 'resumeSweep' | 'shrinkSweep' | 'exportSweep'
> {
  return {
    sweeps: () => ({ sweeps: p.sweeps.list() }),
    sweep: (call) => p.sweeps.get(param(call, 'id')),
    startSweep: ({ input: { dry, ...request }, who, signal }) =>
      dry ? p.sweeps.plan(request, signal) : p.sweeps.start(request, who, signal),
    abortSweep: (call) => p.sweeps.abort(param(call, 'id'), call.who),
    resumeSweep: (call) => p.sweeps.resume(param(call, 'id'), call.who),
    shrinkSweep: (call) => p.sweeps.shrink(param(call, 'id'), call.input.cells, call.who),
    exportSweep: (call) => p.sweeps.exported(param(call, 'id'), call.input.cell, call.input.as),
  };
}
