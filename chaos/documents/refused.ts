import { type ErrorBody, type ErrorCode, StormglassError } from '@stormglass/agents/contract';
import { PROBLEM_CODES, type Problem, type ProblemCode, pathName } from './problems.ts';

/** How many problems one message names; more would bury the first. */
const MOST_PROBLEMS = 20;

/** What is refused: `The experiment`, under which code. */
export interface Refusal {
  code: ErrorCode;
  what: string;
}

/** Where in a file: both count from one. */
export interface Place {
  line: number | null;
  column: number | null;
}

export const NOWHERE: Place = { line: null, column: null };

export interface LocatedProblem extends Problem, Place {}

/** A problem as a program reads it. */
export interface FileProblem extends Place {
  code: ProblemCode;
  path: string;
  message: string;
  next: string;
}

/** A file that cannot be used: its message names the problems, `problems` has all of them. */
export class FileRefused extends StormglassError {
  readonly problems: readonly FileProblem[];

  constructor({ code, what }: Refusal, problems: readonly LocatedProblem[]) {
    super(code, messageOf(what, problems), 'Correct the file and load it again.');
    this.problems = problems.map(({ code, path, line, column, says }) => ({
      ...{ code, path: pathName(path), line, column },
      ...{ message: says.replace(/^: /, ''), next: PROBLEM_CODES[code] },
    }));
  }

  /** With each of its problems. */
  override toBody(): ErrorBody {
    return { error: { ...super.toBody().error, problems: [...this.problems] } };
  }
}

function messageOf(what: string, problems: readonly LocatedProblem[]): string {
  const shown = problems.slice(0, MOST_PROBLEMS).map(sentence);
  const more = problems.length > shown.length ? `\n- and ${problems.length - shown.length} more` : '';
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return `${what} has ${count}:\n${shown.map((one) => `- ${one}`).join('\n')}${more}`;
}

function sentence({ code, path, line, says }: LocatedProblem): string {
  // The parser names line and column itself.
  if (code === 'syntax') return says;
  return `${pathName(path)}${line === null ? '' : ` (line ${line})`} ${says}`;
}
