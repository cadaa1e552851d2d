import { StormglassError } from '@stormglass/agents/contract';
import { proveBreakers } from '@stormglass/chaos/breaker-proof';
import { checkRange } from '../window/range.ts';
import type { Handlers, Parts } from './handler.ts';

export function proofRoutes(p: Parts): Pick<Handlers, 'breakerProof'> {
  return {
    breakerProof: async ({ input, signal }) => {
      const { from, to } = checkRange({ from: input.from, to: input.to });
      const baseline = baselineOf(input);
      const { timeline } = await p.history.range(
        Math.min(from, baseline?.from ?? from),
        to,
        undefined,
        signal,
      );
      return proveBreakers({ timeline, from, to, baseline });
    },
  };
}

function baselineOf({ baseFrom, baseTo }: { baseFrom?: number | undefined; baseTo?: number | undefined }) {
  if (baseFrom === undefined && baseTo === undefined) return null;
  if (baseFrom === undefined || baseTo === undefined) {
    throw new StormglassError(
      'invalid_request',
      'the baseline has one end only',
      'Give both `baseFrom` and `baseTo`, or none.',
    );
  }
  return checkRange({ from: baseFrom, to: baseTo });
}
