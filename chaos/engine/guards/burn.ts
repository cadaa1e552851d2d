import type { GuardWatch } from '../../contract/index.ts';
import { evaluateSliNow, readable } from '../../probes/index.ts';
import type { GuardMoment, GuardReading } from './reading.ts';

/**
 * Share of bad answers over the share that the objective allows: at 1 the budget lasts just as long as its period, at
 * 14.4 a budget of 30 days is gone in 50 hours (Site Reliability Workbook, chapter 5).
 */
export function readBurn(
  { query, objective }: Extract<GuardWatch, { type: 'burn' }>,
  { timeline, at }: GuardMoment,
): GuardReading {
  const { value, detail } = evaluateSliNow(query, timeline, at);
  if (value === null) return { value, detail };
  return {
    value: (1 - value) / (1 - objective),
    detail: `${detail}; the objective is ${readable(objective)}`,
  };
}
