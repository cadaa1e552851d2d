import type { GameDayPlan } from '../contract/index.ts';
import { type RefusedFile, readFolder } from '../documents/index.ts';
import { parseGameDay } from './parse.ts';

export interface LoadedGameDays {
  /** In order of id, which is the name of the file. */
  plans: { id: string; plan: GameDayPlan }[];
  refused: RefusedFile[];
}

/** Every file of a folder as a game day; a bad one is listed under `refused`. Throws `not_found` without the folder. */
export async function loadGameDays(dir: string): Promise<LoadedGameDays> {
  const kind = { what: 'game days', variable: 'STORMGLASS_GAMEDAYS', code: 'invalid_request' } as const;
  const { read, refused } = await readFolder(dir, { ...kind, parse: parseGameDay });
  return { plans: read.map(({ id, value }) => ({ id, plan: value })), refused };
}
