import { GameDayPlan } from '../contract/index.ts';
import { checked, type Problem, readDocument } from '../documents/index.ts';

const REFUSAL = { code: 'invalid_request', what: 'The game day' } as const;

/** A game day from the text of its file (YAML, hence also JSON). Throws one FileRefused which names every problem. */
export function parseGameDay(text: string): GameDayPlan {
  return checked(readDocument(text, REFUSAL), { schema: GameDayPlan, meaningless, refusal: REFUSAL });
}

function meaningless({ steps }: GameDayPlan): Problem[] {
  if (steps.some(({ type }) => type === 'experiment')) return [];
  return [{ code: 'meaningless', path: ['steps'], says: 'has no experiment; write one' }];
}
