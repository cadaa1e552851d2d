import type { z } from 'zod';
import type { Run, RunPhase } from '../contract/index.ts';

const PHASES: readonly z.infer<typeof RunPhase>[] = [
  'steady-before',
  'method',
  'recovering',
  'steady-after',
  'reverting',
  'ended',
];

/**
 * Where a run is, in one line for a terminal: phase, time, faults that are on, answers of the last second. Null when
 * it has ended.
 */
export function statusLine(run: Run, now: number): string | null {
  if (run.verdict !== null) return null;
  const step = PHASES.indexOf(run.phase);
  const done = PHASES.slice(0, -1)
    .map((_, i) => (i < step ? '#' : i === step ? '>' : '.'))
    .join('');
  const seconds = Math.max(0, Math.round((now - run.startedAt) / 1000));
  const parts = [`[${done}] ${run.phase}`, `${seconds} s`, faultsOn(run), answers(run)];
  return parts.filter((part) => part !== '').join('  ');
}

function faultsOn(run: Run): string {
  const armed = run.events.filter((event) => event.type === 'fault-armed').length;
  const ended = run.events.filter((event) => event.type === 'fault-ended').length;
  const on = armed - ended;
  return on <= 0 ? '' : `${on} ${on === 1 ? 'fault' : 'faults'} on`;
}

function answers(run: Run): string {
  const last = run.recovery?.sli.findLast(({ total }) => total > 0);
  return last === undefined ? '' : `${Math.round((last.good / last.total) * 100)} % good`;
}
