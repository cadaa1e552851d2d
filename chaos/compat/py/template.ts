import { str } from './text.ts';
import { isDict, truthy, type Value } from './value.ts';

/** Looks a name up in configuration and secrets. */
export type Names = (name: string) => Value | undefined;

/** Python's pattern of identifiers ignores case, and then these three letters count as i, s and k. */
const NAME = '[_a-z\u0131\u017f\u212a][_a-z0-9\u0131\u017f\u212a]*';
const PATTERN = new RegExp(`\\$(?:(\\$)|(${NAME})|\\{(${NAME})\\})`, 'gi');
const WHOLE = new RegExp(`^\\$\\{(${NAME})\\}$`, 'i');

/**
 * Replaces `${name}` and `$name` in a text; unknown names stay, `$$` becomes `$`. A text that is one `${name}` becomes
 * the value itself, with its type.
 */
function substituteText(text: string, names: Names): Value {
  const whole = WHOLE.exec(text)?.[1];
  const value = whole === undefined ? undefined : names(whole);
  if (value !== undefined) return value;
  return text.replace(PATTERN, (all, dollar: string | undefined, bare?: string, braced?: string) => {
    if (dollar !== undefined) return '$';
    const found = names(bare ?? braced ?? '');
    return found === undefined ? all : str(found);
  });
}

/** The same for all texts within a value; keys stay as they are. */
export function substitute(value: Value, names: Names): Value {
  if (typeof value === 'string') return substituteText(value, names);
  if (!truthy(value)) return value;
  if (Array.isArray(value)) return value.map((each) => substitute(each, names));
  if (!isDict(value)) return value;
  return new Map([...value].map(([key, each]) => [key, substitute(each, names)]));
}
