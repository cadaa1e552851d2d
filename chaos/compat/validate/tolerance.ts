import { PathError } from '../jsonpath/lexer.ts';
import { parsePath } from '../jsonpath/parse.ts';
import { invalid, PyError } from '../py/error.ts';
import { str } from '../py/text.ts';
import { type Dict, isDict, isNumber, typeName, type Value } from '../py/value.ts';
import { compilePattern } from '../regex/compile.ts';
import { PatternError } from '../regex/source.ts';
import { checkActivity, type ProviderChecks } from './activity.ts';

/** Refuses a tolerance which the reference refuses, with its words. */
export function checkTolerance(tolerance: Value, checks: ProviderChecks): void {
  if (isDict(tolerance)) {
    checkTyped(tolerance, checks);
    return;
  }
  if (['bool', 'int', 'list', 'str'].includes(typeName(tolerance))) return;
  throw invalid(
    'InvalidActivity',
    'hypothesis probe tolerance must either be an integer, a string, a boolean or a pair of values for boundaries. ' +
      'It can also be a dictionary which is a probe activity definition that takes an argument called `value` with ' +
      'the value of the probe itself to be validated',
  );
}

function checkTyped(tolerance: Dict, checks: ProviderChecks): void {
  const type = tolerance.get('type') ?? null;
  if (type === 'probe') checkActivity(tolerance, checks);
  else if (type === 'regex') checkPattern(tolerance);
  else if (type === 'jsonpath') checkPath(tolerance);
  else if (type === 'range') checkRange(tolerance);
  else throw invalid('InvalidActivity', `hypothesis probe tolerance type '${str(type)}' is unsupported`);
}

function checkPattern(tolerance: Dict): void {
  const pattern = tolerance.get('pattern');
  if (pattern === undefined) {
    throw invalid('InvalidActivity', 'hypothesis regex probe tolerance must have a `pattern` key');
  }
  if (typeof pattern !== 'string') {
    const message = `hypothesis probe tolerance pattern ${str(pattern)} has an invalid type`;
    throw invalid('InvalidActivity', message);
  }
  try {
    compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const shown = error.located ? pattern : 'None';
    const message = `hypothesis probe tolerance pattern ${shown} seems invalid: ${error.message}`;
    throw invalid('InvalidActivity', message);
  }
}

function checkPath(tolerance: Dict): void {
  const given = tolerance.get('path');
  if (given === undefined) {
    throw invalid('InvalidActivity', 'hypothesis jsonpath probe tolerance must have a `path` key');
  }
  if (typeof given !== 'string') {
    throw new PyError('AttributeError', `'${typeName(given)}' object has no attribute 'strip'`);
  }
  const path = given.trim();
  if (path === '') throw invalid('InvalidActivity', 'hypothesis probe tolerance JSON path cannot be empty');
  try {
    parsePath(path);
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw invalid('InvalidActivity', `hypothesis probe tolerance JSON path ${path} is invalid`);
  }
}

function checkRange(tolerance: Dict): void {
  const range = tolerance.get('range');
  const wrong = (message: string) => invalid('InvalidActivity', message);
  if (range === undefined) throw wrong('hypothesis range probe tolerance must have a `range` key');
  if (!Array.isArray(range)) throw wrong('hypothesis range must be a sequence');
  if (range.length !== 2) throw wrong('hypothesis range sequence must be made of two values');
  if (!isNumber(range[0])) throw wrong('hypothesis range lower boundary must be a number');
  if (!isNumber(range[1])) throw wrong('hypothesis range upper boundary must be a number');
}
