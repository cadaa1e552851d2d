import type { Rule } from '../evidence.ts';
import { activeFault } from './active-fault.ts';
import { downstream } from './downstream.ts';
import { gone } from './gone.ts';
import { givenUp, openBreakers } from './open-breakers.ts';
import { ownAnswers } from './own-answers.ts';
import { pool } from './pool.ts';
import { queues } from './queues.ts';
import { silent } from './silent.ts';

/** Every rule. Adding one is a file and a line. */
export const RULES: readonly Rule[] = [
  ...[activeFault, gone, pool, queues, openBreakers, downstream],
  ...[givenUp, silent, ownAnswers],
];
