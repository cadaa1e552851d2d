import { StormglassError } from '@stormglass/agents/contract';
import { checkRange } from '../window/range.ts';
import { type Handlers, type Parts, param } from './handler.ts';

/** What the store adds up, over any range. */
export function figureRoutes({
  telemetry,
}: Parts): Pick<
  Handlers,
  'red' | 'map' | 'examples' | 'attributes' | 'interactions' | 'invariants' | 'changes' | 'receipts'
> {
  return {
    red: ({ input, signal }) => telemetry.red(checkRange(input), signal),
    map: ({ input, signal }) => {
      const { baseFrom, baseTo } = input;
      if ((baseFrom === undefined) !== (baseTo === undefined)) {
        throw new StormglassError(
          'invalid_request',
          'the range to compare with has one end only',
          'Give both `baseFrom` and `baseTo`, or none.',
        );
      }
      if (baseFrom !== undefined && baseTo !== undefined) checkRange({ from: baseFrom, to: baseTo });
      return telemetry.serviceMap(checkRange(input), signal);
    },
    examples: ({ input, signal }) => telemetry.examples(checkRange(input), signal),
    attributes: ({ input, signal }) => telemetry.completion(checkRange(input), signal),
    receipts: async (call) => {
      const { from, to, limit } = checkRange(call.input);
      // One more than asked for tells whether there are more.
      const found = await telemetry.receipts(param(call, 'id'), { from, to }, limit + 1, call.signal);
      return { receipts: found.slice(-limit), truncated: found.length > limit };
    },
    interactions: ({ input, signal }) => telemetry.interactions(checkRange(input), signal),
    invariants: ({ input, signal }) => telemetry.invariants(checkRange(input), signal),
    changes: ({ input, signal }) => telemetry.changes(checkRange(input), signal),
  };
}
