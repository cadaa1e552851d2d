import { findAll } from './jsonpath/match.ts';
import { parsePath } from './jsonpath/parse.ts';
import { contains, get, item } from './py/access.ts';
import { atMost, equal } from './py/compare.ts';
import { decimalAtMost, toDecimal } from './py/decimal.ts';
import { PyError } from './py/error.ts';
import { parseJson } from './py/json.ts';
import { substitute } from './py/template.ts';
import { type Dict, isDict, truthy, typeName, type Value } from './py/value.ts';
import { compilePattern } from './regex/compile.ts';
import { namesIn, type Scope } from './scope.ts';

/** Asks a tolerance that is a probe; resolves with whether its answer is one of Python's true values. */
export type AskProbe = (probe: Dict, value: Value) => Promise<boolean>;

/** Whether a value is within a tolerance; null where the reference does not know the kind of tolerance. */
export async function within(
  tolerance: Value,
  value: Value,
  scope: Scope,
  ask: AskProbe,
): Promise<boolean | null> {
  if (typeof tolerance === 'boolean' || typeof tolerance === 'string') return equal(value, tolerance);
  if (typeof tolerance === 'bigint') return equal(statusOf(value), tolerance);
  if (Array.isArray(tolerance)) return withinList(tolerance, value);
  if (!isDict(tolerance)) return null;
  switch (tolerance.get('type')) {
    case 'probe':
      return await ask(tolerance, value);
    case 'regex':
      return matches(tolerance, value, scope);
    case 'jsonpath':
      return found(tolerance, value, scope);
    case 'range':
      return inRange(tolerance, value);
    default:
      return null;
  }
}

const hasStatus = (value: Value): value is Dict => isDict(value) && value.has('status');
const statusOf = (value: Value): Value => (hasStatus(value) ? item(value, 'status') : value);

/** Against a map with a status it is a set, and else two values are the bounds of a range. */
function withinList(tolerance: Value[], value: Value): boolean {
  const [low = null, high = null] = tolerance;
  if (hasStatus(value) || tolerance.length !== 2) return contains(tolerance, statusOf(value));
  return atMost(low, value) && atMost(value, high);
}

const targeted = (tolerance: Dict, value: Value): Value => {
  const target = tolerance.get('target') ?? null;
  return truthy(target) ? get(value, target, value) : value;
};

function matches(tolerance: Dict, value: Value, scope: Scope): boolean {
  const pattern = substitute(get(tolerance, 'pattern', null), namesIn(scope));
  const text = targeted(tolerance, value);
  if (typeof pattern !== 'string') {
    throw new PyError('TypeError', 'first argument must be string or compiled pattern');
  }
  const compiled = compilePattern(pattern);
  if (typeof text === 'string') return compiled.test(text);
  const wanted = 'expected string or bytes-like object';
  throw new PyError('TypeError', `${wanted}, got '${typeName(text)}'`);
}

function found(tolerance: Dict, value: Value, scope: Scope): boolean {
  const path = substitute(get(tolerance, 'path', null), namesIn(scope));
  if (typeof path !== 'string') throw new PyError('TypeError', `a path must be str, not ${typeName(path)}`);
  const parsed = parsePath(path);
  const values = findAll(parsed, readable(targeted(tolerance, value)));
  const given = tolerance.get('expect');
  const expect = given === undefined ? undefined : substitute(given, namesIn(scope));
  if (expect !== undefined) return equal(values, Array.isArray(expect) ? expect : [expect]);
  const count = tolerance.get('count') ?? null;
  return count === null ? values.length > 0 : equal(BigInt(values.length), count);
}

/** A text that holds JSON is searched as what it holds. */
function readable(value: Value): Value {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
  if (typeof text !== 'string') return text;
  try {
    return parseJson(text);
  } catch {
    // No JSON: a path finds nothing below a text.
    return text;
  }
}

function inRange(tolerance: Dict, value: Value): boolean {
  const range = item(tolerance, 'range');
  let number: ReturnType<typeof toDecimal>;
  try {
    number = toDecimal(targeted(tolerance, value));
  } catch (error) {
    if (error instanceof PyError && error.type === 'InvalidOperation') return false;
    throw error;
  }
  const [low, high] = [toDecimal(item(range, 0n)), toDecimal(item(range, 1n))];
  return decimalAtMost(low, number) && decimalAtMost(number, high);
}
