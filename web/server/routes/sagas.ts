import { StormglassError } from '@stormglass/agents/contract';
import { fromStore } from '../window/telemetry.ts';
import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

export function sagaRoutes(p: Parts): Pick<Handlers, 'sagas' | 'saga' | 'triggerSaga' | 'cancelSaga'> {
  return {
    sagas: ({ input }) => fromStore(p.telemetry.sagas(input)),
    saga: async (call) => {
      const id = param(call, 'id');
      const saga = await fromStore(p.telemetry.saga(id));
      if (saga) return saga;
      throw new StormglassError(
        'not_found',
        `there is no saga ${id}`,
        'A saga just started is stored within about a second: try again, or see GET /api/sagas.',
      );
    },
    triggerSaga: async ({ input, who }) => {
      const { service, result } = await p.controls.known('saga.start', input, who);
      return { service, sagas: result.sagas };
    },
    cancelSaga: async (call) => {
      const { result } = await p.controls.known('saga.cancel', { sagaId: param(call, 'id') }, call.who);
      return result;
    },
  };
}
