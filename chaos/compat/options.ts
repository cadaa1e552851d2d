import { PyError } from './py/error.ts';
import type { Dict } from './py/value.ts';
import { DRY, type Dry } from './run/stage.ts';
import { variablesOf } from './variables.ts';

/** What the command line says, as it was typed. */
export interface CompatWords {
  source: string;
  journalPath: string | undefined;
  dry: string | undefined;
  noValidation: boolean;
  noVerifyTls: boolean;
  rollbackStrategy: string | undefined;
  hypothesisStrategy: string | undefined;
  hypothesisFrequency: string | undefined;
  failFast: boolean;
  failFastRatio: string | undefined;
  variables: string[];
  variableFiles: string[];
  controlFiles: string[];
}

/** A command line which the reference would not take. */
export class UsageError extends Error {}

export interface CompatOptions {
  dry: Dry | null;
  rollbacks: string | null;
  hypothesis: string | null;
  frequency: number;
  failFast: boolean;
  failFastRatio: number;
  variables: Dict;
}

const ROLLBACKS = ['default', 'always', 'never', 'deviated'];
const HYPOTHESIS = [
  ...['default', 'before-method-only', 'after-method-only', 'during-method-only', 'continuously'],
  // An old spelling of the toolkit's.
  ...['continously', 'skip'],
];

export function understand(words: CompatWords): CompatOptions {
  const dry = choice('--dry', words.dry, DRY);
  const hypothesis = choice('--hypothesis-strategy', words.hypothesisStrategy, HYPOTHESIS);
  return {
    dry: DRY.find((each) => each === dry) ?? null,
    rollbacks: choice('--rollback-strategy', words.rollbackStrategy, ROLLBACKS),
    hypothesis: hypothesis === 'continously' ? 'continuously' : hypothesis,
    frequency: numberIn('--hypothesis-frequency', words.hypothesisFrequency, 1),
    failFast: words.failFast,
    failFastRatio: numberIn('--fail-fast-ratio', words.failFastRatio, 0),
    variables: variablesIn(words.variables),
  };
}

function choice(name: string, given: string | undefined, known: readonly string[]): string | null {
  if (given === undefined || known.includes(given)) return given ?? null;
  const list = known.map((each) => `'${each}'`).join(', ');
  throw new UsageError(`Invalid value for '${name}': '${given}' is not one of ${list}.`);
}

function numberIn(name: string, given: string | undefined, fallback: number): number {
  const number = Number(given ?? fallback);
  if (!Number.isNaN(number) && given?.trim() !== '') return number;
  throw new UsageError(`Invalid value for '${name}': '${given}' is not a valid float.`);
}

function variablesIn(words: string[]): Dict {
  try {
    return variablesOf(words);
  } catch (error) {
    if (!(error instanceof PyError)) throw error;
    throw new UsageError(`Invalid value for '--var': ${error.message}`);
  }
}
