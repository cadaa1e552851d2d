import type { GAMEDAYS_API } from '../../live/gamedays-api.ts';
import { type Handlers, type Parts, param } from './handler.ts';

export function gameDayRoutes({ gamedays }: Parts): Pick<Handlers, keyof typeof GAMEDAYS_API> {
  return {
    gamedays: () => ({ gamedays: gamedays.list() }),
    gameday: (call) => gamedays.report(param(call, 'id')),
    startGameday: ({ input, who }) => gamedays.start(input, who),
    noteGameday: (call) => gamedays.note(param(call, 'id'), call.input.text, call.who),
    continueGameday: (call) => gamedays.goOn(param(call, 'id'), call.who),
    stopGameday: (call) => gamedays.stop(param(call, 'id'), call.who),
  };
}
