import { StormglassError } from '@stormglass/agents/contract';
import { Cron } from 'croner';
import { cronProblem } from './cron-problem.ts';

/** When something is to be done, again and again. */
export interface Recurrence {
  cron: string;
  timeZone: string;
}

const NEXT = 'Write five fields such as `30 9 * * MON-FRI`: minute, hour, day of month, month, day of week.';

/** Throws `invalid_request` that says what is wrong at which column, or that the time zone is not known. */
export function checkRecurrence({ cron, timeZone }: Recurrence): void {
  const problem = cronProblem(cron);
  if (problem !== null) {
    const pointer = `${cron}\n${' '.repeat(problem.position - 1)}^`;
    const message = `the cron expression is wrong at column ${problem.position}: ${problem.says}\n${pointer}`;
    throw new StormglassError('invalid_request', message, NEXT);
  }
  if (!isTimeZone(timeZone)) {
    const message = `there is no time zone ${timeZone}`;
    throw new StormglassError('invalid_request', message, 'Write an IANA name such as UTC or Europe/Berlin.');
  }
  if (nextDue({ cron, timeZone }, 0) === null) {
    throw new StormglassError('invalid_request', `${cron} never comes`, NEXT);
  }
}

/**
 * The next instant after `after` (epoch ms), or null when there is none. Where clocks are put forward a time that does not
 * exist comes when they have jumped; where they are put back a time that comes twice is due once.
 */
export function nextDue({ cron, timeZone }: Recurrence, after: number): number | null {
  const pattern = new Cron(cron, { timezone: timeZone, paused: true });
  return pattern.nextRun(new Date(after))?.getTime() ?? null;
}

/** Instants that were due in (after, until], oldest first, at most `most` of them, and how many more there were. */
export function dueBetween(
  recurrence: Recurrence,
  after: number,
  until: number,
  most: number,
): { due: number[]; more: boolean } {
  const due: number[] = [];
  let at = nextDue(recurrence, after);
  while (at !== null && at <= until) {
    if (due.length === most) return { due, more: true };
    due.push(at);
    at = nextDue(recurrence, at);
  }
  return { due, more: false };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
