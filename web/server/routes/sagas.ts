import { StormglassError } from '@stormglass/agents/contract';
import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

export function sagaRoutes(
  p: Parts,
): Pick<Handlers, 'sagas' | 'saga' | 'triggerSaga' | 'cancelSaga' | 'decideSaga'> {
  return {
    sagas: async ({ input, signal }) => {
      // One more than asked for tells whether there are more.
      const found = await p.telemetry.sagas({ ...input, limit: input.limit + 1 }, signal);
      return { sagas: found.slice(0, input.limit), truncated: found.length > input.limit };
    },
    saga: async (call) => {
      const id = param(call, 'id');
      const saga = await p.telemetry.saga(id, call.signal);
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
    decideSaga: async (call) => {
      const { do: what, step, reason } = call.input;
      const input = { sagaId: param(call, 'id'), step, reason, who: call.who };
      const { result } = await p.controls.known(`saga.${what}`, input, call.who);
      return result;
    },
    cancelSaga: async (call) => {
      const { result } = await p.controls.known('saga.cancel', { sagaId: param(call, 'id') }, call.who);
      return result;
    },
  };
}
