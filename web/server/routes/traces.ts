import { StormglassError, TraceSearch } from '@stormglass/agents/contract';
import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

export function traceRoutes(p: Parts): Pick<Handlers, 'traces' | 'trace'> {
  return {
    traces: ({ input }) => p.telemetry.searchTraces(TraceSearch.parse(readQuery(input.q))),
    trace: async (call) => {
      const id = param(call, 'id').toLowerCase();
      if (!/^[0-9a-f]{32}$/.test(id)) {
        throw new StormglassError('invalid_request', 'a trace id has 32 hex digits', 'Correct the id.');
      }
      const trace = await p.telemetry.trace(id);
      if (trace) return trace;
      throw new StormglassError(
        'not_found',
        `there is no trace ${id}`,
        'A trace just made is stored within about a second: try again. Older ones may be past retention.',
      );
    },
  };
}

function readQuery(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StormglassError(
      'invalid_request',
      '`q` is not valid JSON',
      'Send a TraceSearch as JSON, for example {"from":0,"to":1e13}.',
      { cause },
    );
  }
}
