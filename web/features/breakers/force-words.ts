import type { Consequences } from '../../ui/confirming.tsx';
import { type BreakerCell, title } from './model.ts';
import { FORCE_MS, type ForceState } from './queries.ts';

/** Each way to force a breaker, as its button says it. */
export const FORCES: readonly (readonly [ForceState, string])[] = [
  ['open', 'Open'],
  ['closed', 'Closed'],
  ['reset', 'Reset counts'],
];

const HELD = `${FORCE_MS / 1000} s`;

/** What forcing does, to whom, and what ends it: the order goes to every instance that has the breaker. */
export function forceWords(
  cell: Pick<BreakerCell, 'service' | 'peer' | 'name'>,
  state: ForceState,
): Consequences {
  const which = title(cell);
  const where = `on every instance of ${cell.service}`;
  switch (state) {
    case 'open':
      return {
        hits: `Opens ${which} ${where}: every call is turned away, none is sent.`,
        undo: `The agent takes it back after ${HELD}; Reset counts does so at once.`,
        deed: `Open for ${HELD}`,
      };
    case 'closed':
      return {
        hits: `Closes ${which} ${where}: every call is sent, however many fail.`,
        undo: `The agent takes it back after ${HELD}; Reset counts does so at once.`,
        deed: `Close for ${HELD}`,
      };
    case 'reset':
      return {
        hits: `Closes ${which} ${where}, takes back a forced state and forgets the counted calls.`,
        undo: 'The counts do not come back; it opens again by itself when calls go on failing.',
        deed: 'Reset counts',
      };
  }
}
