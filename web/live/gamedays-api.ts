import { GameDayPlan } from '@stormglass/chaos/contract';
import { z } from 'zod';

const none = z.object({});

/** The API's rows about game days. */
export const GAMEDAYS_API = {
  gamedays: { method: 'GET', path: '/api/gamedays', input: none, summary: 'Game days, newest first' },
  gameday: {
    method: 'GET',
    path: '/api/gamedays/:id',
    input: none,
    summary: 'One game day with its notes and its runs: what a report is made from',
  },
  gamedayReport: {
    method: 'GET',
    path: '/api/gamedays/:id/report',
    input: z.object({ format: z.enum(['html', 'markdown']).default('html') }),
    document: ['text/html', 'text/markdown'],
    summary:
      'One game day as a document: sequence, notes, verdicts, recovery; a page of its own, or Markdown',
  },
  gamedayPlans: {
    method: 'GET',
    path: '/api/gameday-plans',
    input: none,
    summary: 'Game days that are files, ready to be started',
  },
  startGameday: {
    method: 'POST',
    path: '/api/gamedays',
    input: GameDayPlan,
    summary: 'Play experiments one after the other, with pauses and questions',
  },
  noteGameday: {
    method: 'POST',
    path: '/api/gamedays/:id/notes',
    input: z.object({ text: z.string().trim().min(1).max(2_000) }),
    summary: 'Write something down while it goes on',
  },
  continueGameday: {
    method: 'POST',
    path: '/api/gamedays/:id/continue',
    input: none,
    summary: 'Go on after a question, or end a pause before its time',
  },
  stopGameday: {
    method: 'POST',
    path: '/api/gamedays/:id/stop',
    input: none,
    summary: 'Abort the run that is going on and begin no other step',
  },
} as const;
