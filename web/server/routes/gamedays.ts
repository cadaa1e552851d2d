import { basename } from 'node:path';
import { renderGameDay } from '@stormglass/chaos/report';
import type { GAMEDAYS_API } from '../../live/gamedays-api.ts';
import { asDocument } from './document.ts';
import { type Handlers, type Parts, param } from './handler.ts';

export function gameDayRoutes({ gamedays }: Parts): Pick<Handlers, keyof typeof GAMEDAYS_API> {
  return {
    gamedays: () => ({ gamedays: gamedays.list() }),
    gameday: (call) => gamedays.report(param(call, 'id')),
    gamedayReport: (call) => {
      const { format } = call.input;
      return asDocument(call, format, renderGameDay(gamedays.report(param(call, 'id')), format));
    },
    gamedayPlans: async () => {
      const { plans, refused } = await gamedays.plans();
      return {
        plans,
        problems: refused.map(({ path, error }) => ({ file: basename(path), message: error.message })),
      };
    },
    startGameday: ({ input, who }) => gamedays.start(input, who),
    noteGameday: (call) => gamedays.note(param(call, 'id'), call.input.text, call.who),
    continueGameday: (call) => gamedays.goOn(param(call, 'id'), call.who),
    stopGameday: (call) => gamedays.stop(param(call, 'id'), call.who),
  };
}
