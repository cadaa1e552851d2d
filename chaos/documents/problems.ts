import type { z } from 'zod';

/** What can be wrong in a file somebody wrote, and the next step for each. The list is closed; codes are stable. */
export const PROBLEM_CODES = {
  syntax: 'Correct the YAML or JSON at that line.',
  missing: 'Add the field.',
  wrong_type: 'Write a value of that type.',
  not_allowed: 'Choose one of the values that are named.',
  out_of_range: 'Write a value within the bounds that are named.',
  unknown_field: 'Remove the field or correct its name.',
  meaningless: 'Change the field so that it fits what stands around it.',
} as const;
export type ProblemCode = keyof typeof PROBLEM_CODES;

export type Path = (string | number)[];

/** Something wrong in a file. */
export interface Problem {
  code: ProblemCode;
  path: Path;
  /** What is wrong and what to write instead. */
  says: string;
}

/** `method[1].provider.type`; the whole file is `the file`. */
export function pathName(path: Path): string {
  const name = path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
  return name === '' ? 'the file' : name;
}

/** zod's issues as problems with advice; `value` is what was validated. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], value: unknown): Problem[] {
  return issues.map((issue) => {
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    const found = valueAt(value, path);
    return { code: codeOf(issue, found), path, says: advice(issue, found) };
  });
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Object.entries(at).find(([key]) => key === String(part))?.[1];
  }
  return at;
}

function codeOf(issue: z.core.$ZodIssue, found: unknown): ProblemCode {
  if (found === undefined) return 'missing';
  switch (issue.code) {
    case 'invalid_type':
      return 'wrong_type';
    case 'invalid_value':
    case 'invalid_union':
      return 'not_allowed';
    case 'too_small':
    case 'too_big':
    case 'not_multiple_of':
      return 'out_of_range';
    case 'unrecognized_keys':
      return 'unknown_field';
    default:
      return 'meaningless';
  }
}

function advice(issue: z.core.$ZodIssue, found: unknown): string {
  const given = found === undefined ? 'is missing' : `is ${JSON.stringify(found)?.slice(0, 80)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `${given}; write ${article(issue.expected)}`;
    case 'invalid_value':
      return `${given}; write one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union': {
      const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
      if (options.length > 0) return `${given}; write one of ${options.join(', ')}`;
      return `${given}; write a number, a string, true or false, or {type: range, range: [low, high]}`;
    }
    case 'too_small':
      return found === undefined || typeof found === 'number'
        ? `${given}; write ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
        : `is empty; write at least ${issue.minimum}`;
    case 'too_big':
      return `${given}; write at most ${issue.maximum}`;
    default:
      return `${given}: ${issue.message}`;
  }
}

const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

/**
 * Keys of the file which the schema does not know: it would drop them silently, and a misspelt `percentage` would hurt
 * everybody. The `input` of a control may hold anything.
 */
export function unknownKeys(raw: unknown, parsed: unknown, path: Path = []): Problem[] {
  if (path.at(-1) === 'input' || typeof raw !== 'object' || raw === null) return [];
  if (typeof parsed !== 'object' || parsed === null) return [];
  const known = new Map(Object.entries(parsed));
  return Object.entries(raw).flatMap(([key, value]) => {
    const here = [...path, Array.isArray(raw) ? Number(key) : key];
    if (known.has(key)) return unknownKeys(value, known.get(key), here);
    const says = 'is not known here; remove it or correct its name';
    return [{ code: 'unknown_field', path: here, says }];
  });
}
