import type { GameDayReport } from '../../contract/index.ts';
import { gameDayMarkdown } from './markdown.ts';
import { gameDayPage } from './page.ts';

export const GAMEDAY_FORMATS = ['html', 'markdown', 'json'] as const;
export type GameDayFormat = (typeof GAMEDAY_FORMATS)[number];

/** A game day with all its runs, in order, and what people wrote. */
export function renderGameDay(report: GameDayReport, format: GameDayFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'markdown':
      return gameDayMarkdown(report);
    case 'html':
      return gameDayPage(report);
  }
}
