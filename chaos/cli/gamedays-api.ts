import { z } from 'zod';
import { GameDay, type GameDayPlan, GameDayReport } from '../contract/index.ts';
import { type Http, named } from './http.ts';

const GameDays = z.object({ gamedays: z.array(GameDay) });

/** The dashboard's rows about game days. */
export class GameDaysApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async list(): Promise<GameDay[]> {
    const asked = { method: 'GET', path: '/api/gamedays', answer: GameDays } as const;
    return (await this.#http.call(asked)).gamedays;
  }

  report(id: string): Promise<GameDayReport> {
    return this.#http.call({ method: 'GET', path: named('/api/gamedays', id), answer: GameDayReport });
  }

  start(body: GameDayPlan): Promise<GameDay> {
    return this.#http.call({ method: 'POST', path: '/api/gamedays', answer: GameDay, body });
  }

  note(id: string, text: string): Promise<GameDay> {
    return this.#post(named('/api/gamedays', id, '/notes'), { text });
  }

  goOn(id: string): Promise<GameDay> {
    return this.#post(named('/api/gamedays', id, '/continue'), {});
  }

  stop(id: string): Promise<GameDay> {
    return this.#post(named('/api/gamedays', id, '/stop'), {});
  }

  #post(path: string, body: unknown): Promise<GameDay> {
    return this.#http.call({ method: 'POST', path, answer: GameDay, body });
  }
}
