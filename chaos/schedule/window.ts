import { WEEKDAYS, type WeeklyWindow } from '../contract/index.ts';

const DAY_MINUTES = 1440;

/** Whether an instant (epoch ms) lies in one of the windows, as clocks of the time zone show it; in none there is all. */
export function isWithin(windows: readonly WeeklyWindow[], timeZone: string, at: number): boolean {
  if (windows.length === 0) return true;
  const { day, minute } = localTime(timeZone, at);
  return windows.some((window) => {
    const from = minuteOf(window.from);
    const to = minuteOf(window.to);
    const begins = (weekday: number) => window.days.includes(WEEKDAYS[(weekday + 7) % 7] ?? 'mon');
    if (from < to) return begins(day) && minute >= from && minute < to;
    // Past midnight: the day it began on counts.
    return (begins(day) && minute >= from) || (begins(day - 1) && minute < to);
  });
}

/** A window in words: `mon, tue 09:00 to 17:00`. */
export function windowWords({ days, from, to }: WeeklyWindow): string {
  return `${days.length === WEEKDAYS.length ? 'every day' : days.join(', ')} ${from} to ${to}`;
}

function localTime(timeZone: string, at: number): { day: number; minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = (WEEKDAYS as readonly string[]).indexOf(parts.get('weekday')?.toLowerCase() ?? '');
  return { day, minute: (Number(parts.get('hour')) * 60 + Number(parts.get('minute'))) % DAY_MINUTES };
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
