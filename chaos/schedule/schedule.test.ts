import { StormglassError } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { WeeklyWindow } from '../contract/index.ts';
import { cronProblem } from './cron-problem.ts';
import { checkRecurrence, dueBetween, nextDue } from './due.ts';
import { isWithin } from './window.ts';

const at = (text: string): number => Date.parse(text);

describe('a cron expression', () => {
  it.each([
    '* * * * *',
    '*/15 9-17 * * MON-FRI',
    '0 0 1,15 JAN-jun 0',
    '5-50/5 * * * 7',
    '@daily',
    '  30  2  *  *  * ',
  ])('%j is one', (text) => expect(cronProblem(text)).toBeNull());

  it.each([
    ['61 * * * *', 1, 'minute: 61'],
    ['0 24 * * *', 3, 'hour: 24'],
    ['0 9 32 * *', 5, 'day of month: 32'],
    ['0 9 * FEB-OKT *', 11, 'month: OKT'],
    ['0 9 * * MON-FRI,SUNDAY', 17, 'day of week: SUNDAY'],
    ['0 9 * * FRI-MON', 9, 'turned round'],
    ['*/0 * * * *', 3, 'no step'],
    ['1,,2 * * * *', 3, 'minute: nothing'],
    ['0 9 *', 6, 'the month is missing'],
    ['0 0 9 * * MON', 5 + 6, 'MON is one field too many'],
    ['0 9 L * *', 5, 'day of month: L'],
    ['@noon', 1, 'none of @hourly'],
  ])('%j is refused at column %i: %s', (text, position, words) => {
    const problem = cronProblem(text);
    expect(problem?.position).toBe(position);
    expect(problem?.says).toContain(words);
  });

  it('that is refused shows the column below the text', () => {
    const refused = () => checkRecurrence({ cron: '0 24 * * *', timeZone: 'UTC' });
    expect(refused).toThrow(StormglassError);
    expect(refused).toThrow('column 3: hour: 24 is none of * and 0 to 23\n0 24 * * *\n  ^');
  });

  it('that never comes, or of an unknown time zone, is refused', () => {
    expect(() => checkRecurrence({ cron: '0 0 30 2 *', timeZone: 'UTC' })).toThrow('never comes');
    expect(() => checkRecurrence({ cron: '0 0 * * *', timeZone: 'Mars/Base' })).toThrow(
      'no time zone Mars/Base',
    );
  });
});

describe('what is due', () => {
  const berlin = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };

  it('follows the clocks of its time zone', () => {
    expect(nextDue(berlin, at('2026-01-10T00:00:00Z'))).toBe(at('2026-01-10T01:30:00Z'));
    expect(nextDue(berlin, at('2026-07-10T00:00:00Z'))).toBe(at('2026-07-10T00:30:00Z'));
  });

  it('is due once a day when clocks are put back, and not left out when they are put forward', () => {
    const back = dueBetween(berlin, at('2026-10-24T12:00:00Z'), at('2026-10-26T12:00:00Z'), 9);
    expect(back.due).toHaveLength(2);
    const forward = dueBetween(berlin, at('2026-03-28T12:00:00Z'), at('2026-03-30T12:00:00Z'), 9);
    expect(forward.due).toEqual([at('2026-03-29T01:00:00Z'), at('2026-03-30T00:30:00Z')]);
  });

  it('between two instants leaves the first out, takes the last, and is cut', () => {
    const hourly = { cron: '0 * * * *', timeZone: 'UTC' };
    const [from, to] = [at('2026-01-01T00:00:00Z'), at('2026-01-01T03:00:00Z')];
    expect(dueBetween(hourly, from, to, 9)).toEqual({
      due: [1, 2, 3].map((hour) => from + hour * 3_600_000),
      more: false,
    });
    expect(dueBetween(hourly, from, to, 2).more).toBe(true);
  });
});

describe('a window', () => {
  const window = (over: object) => WeeklyWindow.parse({ from: '09:00', to: '17:00', ...over });

  it('holds by the clocks of its time zone, its end left out', () => {
    const windows = [window({ days: ['fri'] })];
    expect(isWithin(windows, 'Europe/Berlin', at('2026-01-09T08:00:00Z'))).toBe(true);
    expect(isWithin(windows, 'Europe/Berlin', at('2026-01-09T07:59:00Z'))).toBe(false);
    expect(isWithin(windows, 'Europe/Berlin', at('2026-01-09T16:00:00Z'))).toBe(false);
    expect(isWithin(windows, 'UTC', at('2026-01-10T10:00:00Z'))).toBe(false);
  });

  it('over midnight belongs to the day on which it begins', () => {
    const night = [window({ days: ['fri'], from: '22:00', to: '04:00' })];
    expect(isWithin(night, 'UTC', at('2026-01-09T23:00:00Z'))).toBe(true);
    expect(isWithin(night, 'UTC', at('2026-01-10T03:59:00Z'))).toBe(true);
    expect(isWithin(night, 'UTC', at('2026-01-09T03:00:00Z'))).toBe(false);
  });

  it('is everything where there is none', () => expect(isWithin([], 'UTC', 0)).toBe(true));
});
