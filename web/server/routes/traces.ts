import { StormglassError, TraceSearch } from '@stormglass/agents/contract';
import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

export function traceRoutes(p: Parts): Pick<Handlers, 'traces' | 'trace' | 'traceSpans' | 'tracePath'> {
  const { telemetry } = p;
  return {
    traces: ({ input, signal }) => telemetry.searchTraces(TraceSearch.parse(readQuery(input.q)), signal),
    trace: async (call) => found(call, await telemetry.trace(traceId(call), call.signal)),
    traceSpans: async (call) => found(call, await telemetry.traceLines(traceId(call), call.signal)),
    tracePath: async (call) => found(call, await telemetry.tracePath(traceId(call), call.signal)),
  };
}

function traceId(call: { params: Record<string, string> }): string {
  const id = param(call, 'id').toLowerCase();
  if (/^[0-9a-f]{32}$/.test(id)) return id;
  throw new StormglassError('invalid_request', 'a trace id has 32 hex digits', 'Correct the id.');
}

function found<T>(call: { params: Record<string, string> }, trace: T | null): T {
  if (trace !== null) return trace;
  throw new StormglassError(
    'not_found',
    `there is no trace ${traceId(call)}`,
    'A trace just made is stored within about a second: try again. Older ones may be past retention.',
  );
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
