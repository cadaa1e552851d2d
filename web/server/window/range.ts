import { StormglassError } from '@stormglass/agents/contract';

const MAX_RANGE_MS = 31 * 86_400_000;

/** A question with a time range that can be asked. */
export function checkRange<T extends { from: number; to: number }>(asked: T): T {
  if (asked.to > asked.from && asked.to - asked.from <= MAX_RANGE_MS) return asked;
  throw new StormglassError(
    'invalid_request',
    '`from` must lie before `to`, at most 31 days',
    'Give both as epoch milliseconds.',
  );
}
