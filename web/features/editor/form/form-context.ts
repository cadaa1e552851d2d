'use client';
import { createContext, useContext } from 'react';
import type { DraftProblem } from '../../../live/editor-answers.ts';
import type { Names } from '../names.ts';
import { type Path, pathName } from '../schema.ts';
import type { Edit } from '../text/edit.ts';

interface FormContext {
  /** The document as plain values. */
  value: unknown;
  names: Names;
  problems: readonly DraftProblem[];
  apply: (change: Edit) => void;
}

export const Form = createContext<FormContext | null>(null);

export function useForm(): FormContext {
  const form = useContext(Form);
  if (form === null) throw new Error('a field stands outside of its form');
  return form;
}

/** What is wrong right there; of what lies below it only the count. */
export function useProblems(path: Path): { own: string | undefined; below: number } {
  const { problems } = useForm();
  const name = pathName(path);
  const own = problems.filter((problem) => problem.path === name).map(({ message }) => message);
  const below = problems.filter((problem) => isBelow(problem.path, name)).length;
  return { own: own.length === 0 ? undefined : own.join('; '), below };
}

const isBelow = (path: string, name: string): boolean =>
  path.startsWith(`${name}.`) || path.startsWith(`${name}[`);
