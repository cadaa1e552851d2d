import type { Value } from '../py/value.ts';

/** A path of the jsonpath2 dialect: from `$` or, within a filter or a call, from `@`. */
export interface Path {
  from: 'root' | 'current';
  steps: Step[];
}

/** `deep` is `..`: the value itself and everything below it. */
export interface Step {
  deep: boolean;
  subscripts: Subscript[];
}

export type Subscript =
  | { type: 'key'; key: string }
  | { type: 'index'; index: bigint }
  | { type: 'slice'; start: bigint | null; end: bigint | null; step: bigint | null }
  | { type: 'wildcard' }
  | { type: 'filter'; test: Expression }
  /** What the path finds is the key or the index. */
  | { type: 'path'; path: Path }
  | { type: 'call'; name: CallName; arguments: Operand[] };

export const CALLS = ['length', 'entries', 'keys', 'values', 'charAt', 'substring'] as const;
export type CallName = (typeof CALLS)[number];

export type Operand = { path: Path } | { value: Value };

export const OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Operator = (typeof OPERATORS)[number];

export type Expression =
  | { type: 'and' | 'or'; left: Expression; right: Expression }
  | { type: 'not'; of: Expression }
  | { type: 'some'; operand: Operand }
  | { type: 'compare'; operator: Operator; left: Operand; right: Operand };
