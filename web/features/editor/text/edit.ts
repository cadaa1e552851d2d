import { isAlias, stringify } from 'yaml';
import { isRecord, type Path, valueAt } from '../schema.ts';
import { readText } from './read.ts';
import { splice } from './splice.ts';

/** One change by the form. */
export type Edit =
  | { do: 'set'; path: Path; value: unknown }
  | { do: 'remove'; path: Path }
  /** At the end of a list. */
  | { do: 'append'; path: Path; value: unknown }
  /** An item of a list changes places with the one before it. */
  | { do: 'raise'; path: Path };

/** How a document is written where it has to be written anew. */
const STYLE = { lineWidth: 110 } as const;

/**
 * The text with one change in it. Only the lines that it is about are touched, so comments, order and spacing stay; where
 * that cannot be done, the document is written anew with its comments; as a last resort from its values alone.
 */
export function edit(text: string, change: Edit): string {
  const { document, value, mistake } = readText(text);
  if (mistake !== null) return text;
  const wanted = applied(value, change);
  const detour = throughAlias(document, wanted, change);
  const spliced = splice(text, document, detour ?? change);
  if (spliced !== null && same(spliced, wanted, change)) return spliced;
  const rewritten = rewrite(text, change);
  if (rewritten !== null && same(rewritten, wanted, change)) return rewritten;
  return stringify(wanted, STYLE);
}

/** What the change makes of a plain value. */
export function applied(value: unknown, change: Edit): unknown {
  const [key, ...rest] = change.path;
  if (key === undefined) {
    if (change.do === 'set') return change.value;
    return change.do === 'append' ? [...(Array.isArray(value) ? value : []), change.value] : value;
  }
  if (rest.length > 0 || change.do === 'set' || change.do === 'append') {
    const inner = { ...change, path: rest };
    const below = applied(valueAt(value, [key]), inner);
    if (Array.isArray(value)) return value.map((item: unknown, at) => (at === key ? below : item));
    return { ...(isRecord(value) ? value : {}), [key]: below };
  }
  if (Array.isArray(value) && typeof key === 'number') {
    if (change.do === 'remove') return value.filter((_, at) => at !== key);
    const before: unknown = value[key - 1];
    return value.map((item: unknown, at) => (at === key ? before : at === key - 1 ? value[key] : item));
  }
  const { [String(key)]: _, ...others } = isRecord(value) ? value : {};
  return others;
}

/** What is an alias there becomes a value of its own, or its namesake would change as well. */
function throughAlias(
  document: ReturnType<typeof readText>['document'],
  wanted: unknown,
  { path }: Edit,
): Edit | null {
  for (let depth = 1; depth <= path.length; depth++) {
    const at = path.slice(0, depth);
    if (isAlias(document.getIn(at, true))) return { do: 'set', path: at, value: valueAt(wanted, at) };
  }
  return null;
}

/** Whether the text says there what it should. Elsewhere an anchor that was changed may have changed its aliases. */
function same(text: string, wanted: unknown, { do: what, path }: Edit): boolean {
  const { value, mistake } = readText(text);
  if (mistake !== null) return false;
  const at = what === 'remove' || what === 'raise' ? path.slice(0, -1) : path;
  return JSON.stringify(valueAt(value, at)) === JSON.stringify(valueAt(wanted, at));
}

function rewrite(text: string, change: Edit): string | null {
  const { document } = readText(text);
  const path = [...change.path];
  try {
    if (change.do === 'set') document.setIn(path, document.createNode(change.value));
    else if (change.do === 'append') document.addIn(path, document.createNode(change.value));
    else if (change.do === 'remove') document.deleteIn(path);
    else return null;
    return document.toString(STYLE);
  } catch {
    // Into an alias, or into what is no collection.
    return null;
  }
}
