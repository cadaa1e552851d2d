import type { z } from 'zod';
import { type Path, type Problem, problemsOf, unknownKeys } from './problems.ts';
import { FileRefused, type Place, type Refusal } from './refused.ts';
import type { SourceDocument } from './source.ts';

interface Check<T extends z.ZodType> {
  schema: T;
  /** What parses but cannot mean anything. */
  meaningless: (value: z.output<T>) => Problem[];
  refusal: Refusal;
}

/** A document as what its schema says. Throws FileRefused with every problem. */
export function checked<T extends z.ZodType>(document: SourceDocument, check: Check<T>): z.output<T> {
  const { value, problems } = judge(document.raw, check);
  if (value === undefined || problems.length > 0) {
    throw new FileRefused(
      check.refusal,
      problems.map((problem) => ({ ...problem, ...placeOf(document, problem) })),
    );
  }
  return value;
}

/** What is not known is its name, of the rest it is the value. */
export function placeOf(document: SourceDocument, { code, path }: Problem): Place {
  return document.placeOf(path, code === 'unknown_field' ? 'name' : 'value');
}

/** A part of a document; paths of its problems begin with `at`. */
export function judge<T extends z.ZodType>(
  raw: unknown,
  { schema, meaningless }: Pick<Check<T>, 'schema' | 'meaningless'>,
  at: Path = [],
): { value: z.output<T> | undefined; problems: Problem[] } {
  const result = schema.safeParse(raw);
  const problems = result.success
    ? [...unknownKeys(raw, result.data), ...meaningless(result.data)]
    : problemsOf(result.error.issues, raw);
  const placed = problems.map((problem) => ({ ...problem, path: [...at, ...problem.path] }));
  return { value: result.data, problems: placed };
}
