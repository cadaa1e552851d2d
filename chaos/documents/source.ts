import { type Document, isMap, isNode, isScalar, LineCounter, parseAllDocuments, parseDocument } from 'yaml';
import type { Path } from './problems.ts';
import { FileRefused, NOWHERE, type Place, type Refusal } from './refused.ts';

/** One document of a YAML (hence also JSON) file, and where in the file each of its fields stands. */
export interface SourceDocument {
  raw: unknown;
  /** Of the field's value, or of the nearest one around it that is there; or of the field's name. */
  placeOf(path: Path, of?: 'value' | 'name'): Place;
}

/** The one document of a text. Throws FileRefused when it is no YAML. */
export function readDocument(text: string, refusal: Refusal): SourceDocument {
  const lines = new LineCounter();
  return sourceOf(parseDocument(text, { lineCounter: lines, prettyErrors: true }), lines, refusal);
}

/** All documents of a text, those between `---` that hold nothing left out. Throws FileRefused when one is no YAML. */
export function readDocuments(text: string, refusal: Refusal): SourceDocument[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: true });
  // A text without any document gives an empty list with properties of its own.
  const documents: Document[] = Array.isArray(parsed) ? [...parsed] : [];
  return documents
    .map((document) => sourceOf(document, lines, refusal))
    .filter((document) => document.raw !== null);
}

function sourceOf(document: Document, lines: LineCounter, refusal: Refusal): SourceDocument {
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      code: 'syntax' as const,
      path: [],
      ...placeAt(lines, error.pos[0]),
      says: (error.message.split('\n')[0] ?? error.message).replace(/:$/, ''),
    }));
    throw new FileRefused(refusal, problems);
  }
  return { raw: plain(document, refusal), placeOf: (path, of) => placeOf(document, lines, path, of) };
}

function plain(document: Document, refusal: Refusal): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    // Aliases that multiply: a few lines would become gigabytes.
    const says = cause instanceof Error ? cause.message : String(cause);
    throw new FileRefused(refusal, [{ code: 'syntax', path: [], ...NOWHERE, says }]);
  }
}

function placeOf(document: Document, lines: LineCounter, path: Path, of: 'value' | 'name' = 'value'): Place {
  const name = of === 'name' ? nameAt(document, path) : null;
  if (name !== null) return placeAt(lines, name);
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      return placeAt(lines, Number(node.range[0]));
    }
  }
  return NOWHERE;
}

/** Where the name of a field begins. */
function nameAt(document: Document, path: Path): number | null {
  const around = document.getIn(path.slice(0, -1), true);
  if (!isMap(around)) return null;
  const key = around.items.map((pair) => pair.key).find((one) => isScalar(one) && one.value === path.at(-1));
  return isNode(key) && key.range ? key.range[0] : null;
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
