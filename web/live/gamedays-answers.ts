import { GameDay, GameDayPlan, GameDayReport } from '@stormglass/chaos/contract';
import { z } from 'zod';
import type { GAMEDAYS_API } from './gamedays-api.ts';

/** What the rows about game days answer. */
export const GAMEDAYS_ANSWERS = {
  gamedays: z.object({ gamedays: z.array(GameDay) }),
  gameday: GameDayReport,
  gamedayReport: z.string(),
  gamedayPlans: z.object({
    plans: z.array(z.object({ id: z.string(), plan: GameDayPlan })),
    /** Files which cannot be played, and why. */
    problems: z.array(z.object({ file: z.string(), message: z.string() })),
  }),
  startGameday: GameDay,
  noteGameday: GameDay,
  continueGameday: GameDay,
  stopGameday: GameDay,
} as const satisfies Record<keyof typeof GAMEDAYS_API, z.ZodType>;
