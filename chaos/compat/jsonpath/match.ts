import { assertNever } from '@stormglass/agents/contract';
import { atMost, equal } from '../py/compare.ts';
import { PyError } from '../py/error.ts';
import { isDict, isNumber, truthy, type Value } from '../py/value.ts';
import type { CallName, Expression, Operand, Operator, Path, Step, Subscript } from './syntax.ts';

/** All values that a path finds, in the order of jsonpath2: depth first. */
export function findAll(path: Path, root: Value, current: Value = root): Value[] {
  let found = [path.from === 'root' ? root : current];
  for (const step of path.steps) found = found.flatMap((value) => follow(step, root, value));
  return found;
}

function follow(step: Step, root: Value, value: Value): Value[] {
  const here = step.subscripts.flatMap((subscript) => select(subscript, root, value));
  if (!step.deep) return here;
  return [...here, ...children(value).flatMap((child) => follow(step, root, child))];
}

function children(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  return isDict(value) ? [...value.values()] : [];
}

function select(subscript: Subscript, root: Value, value: Value): Value[] {
  switch (subscript.type) {
    case 'wildcard':
      return children(value);
    case 'key': {
      const found = isDict(value) ? value.get(subscript.key) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'index':
      return at(value, subscript.index);
    case 'slice':
      return Array.isArray(value) ? slice(value, subscript) : [];
    case 'filter':
      return holds(subscript.test, root, value) ? [value] : [];
    case 'path':
      return findAll(subscript.path, root, value).flatMap((found) => lookUp(found, root, value));
    case 'call': {
      const choices = subscript.arguments.map((operand) => valuesOf(operand, root, value));
      return combinations(choices).flatMap((given) => call(subscript.name, value, given));
    }
    default:
      return assertNever(subscript);
  }
}

function lookUp(found: Value, root: Value, value: Value): Value[] {
  if (typeof found === 'string') return select({ type: 'key', key: found }, root, value);
  if (typeof found === 'bigint') return at(value, found);
  return typeof found === 'boolean' ? at(value, found ? 1n : 0n) : [];
}

function at(value: Value, index: bigint): Value[] {
  const found = Array.isArray(value) ? value.at(Number(index)) : undefined;
  return found === undefined ? [] : [found];
}

/** Not Python's slices: an end beyond the list is no harm, and a negative step needs both ends. */
function slice(list: Value[], { start, end, step }: Extract<Subscript, { type: 'slice' }>): Value[] {
  const by = step ?? 1n;
  if (by === 0n) throw new PyError('ValueError', 'range() arg 3 must not be zero');
  const size = BigInt(list.length);
  const absolute = (index: bigint) => (index < 0n ? index + size : index);
  const last = end === null ? size : absolute(end);
  const found: Value[] = [];
  for (
    let index = start === null ? 0n : absolute(start);
    by > 0n ? index < last : index > last;
    index += by
  ) {
    if (index >= size && by > 0n) break;
    found.push(...at(list, index));
  }
  return found;
}

const valuesOf = (operand: Operand, root: Value, current: Value): Value[] =>
  'path' in operand ? findAll(operand.path, root, current) : [operand.value];

function combinations(choices: Value[][]): Value[][] {
  return choices.reduce<Value[][]>(
    (all, values) => all.flatMap((one) => values.map((value) => [...one, value])),
    [[]],
  );
}

const isInt = (value: Value | undefined): value is bigint | boolean =>
  typeof value === 'bigint' || typeof value === 'boolean';

function call(name: CallName, value: Value, given: Value[]): Value[] {
  switch (name) {
    case 'length':
      if (Array.isArray(value)) return [BigInt(value.length)];
      return typeof value === 'string' ? [BigInt([...value].length)] : [];
    case 'entries':
      return isDict(value) ? [[...value].map(([key, each]) => [key, each])] : [];
    case 'keys':
      return isDict(value) ? [[...value.keys()]] : [];
    case 'values':
      return isDict(value) ? [[...value.values()]] : [];
    case 'charAt': {
      const [index] = given;
      if (typeof value !== 'string' || given.length !== 1 || !isInt(index)) return [];
      const char = [...value].at(Number(index));
      return char === undefined ? [] : [char];
    }
    case 'substring': {
      const [from, to] = given;
      if (typeof value !== 'string' || !isInt(from) || given.length > 2) return [];
      if (given.length === 1) return [[...value].slice(Number(from)).join('')];
      return isInt(to) ? [[...value].slice(Number(from), Number(to)).join('')] : [];
    }
    default:
      return assertNever(name);
  }
}

function holds(test: Expression, root: Value, current: Value): boolean {
  switch (test.type) {
    case 'and':
      return holds(test.left, root, current) && holds(test.right, root, current);
    case 'or':
      return holds(test.left, root, current) || holds(test.right, root, current);
    case 'not':
      return !holds(test.of, root, current);
    case 'some':
      if ('value' in test.operand) return truthy(test.operand.value);
      return valuesOf(test.operand, root, current).length > 0;
    case 'compare': {
      const left = valuesOf(test.left, root, current);
      const right = valuesOf(test.right, root, current);
      // What a path on the right finds is used up by the first value on the left.
      const compared = 'path' in test.right ? left.slice(0, 1) : left;
      return compared.some((a) => right.some((b) => compare(test.operator, a, b)));
    }
    default:
      return assertNever(test);
  }
}

/** Only numbers have an order. */
function compare(operator: Operator, a: Value, b: Value): boolean {
  if (operator === '=') return equal(a, b);
  if (operator === '!=') return !equal(a, b);
  if (!isNumber(a) || !isNumber(b)) return false;
  if (operator === '<=') return atMost(a, b);
  if (operator === '>=') return atMost(b, a);
  return operator === '<' ? atMost(a, b) && !equal(a, b) : atMost(b, a) && !equal(a, b);
}
