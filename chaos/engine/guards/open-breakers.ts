import type { GuardWatch } from '../../contract/index.ts';
import { breakerLines, stateAt } from '../../probes/index.ts';
import type { GuardMoment, GuardReading } from './reading.ts';

/** Breakers away from closed now, each instance's on its own. Forced ones count as they stand. */
export function readOpenBreakers(
  { service, peer }: Extract<GuardWatch, { type: 'open_breakers' }>,
  { timeline, at }: GuardMoment,
): GuardReading {
  const open = breakerLines(timeline).filter((line) => {
    if (service !== undefined && line.service !== service) return false;
    if (peer !== undefined && line.peer !== peer) return false;
    return ['open', 'half_open', 'forced_open'].includes(stateAt(line, at) ?? 'closed');
  });
  const names = [...new Set(open.map((line) => `${line.service} to ${line.peer || line.name}`))].join(', ');
  return { value: open.length, detail: names === '' ? 'every breaker is closed' : `open: ${names}` };
}
