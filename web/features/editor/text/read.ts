import { type Document, LineCounter, parseDocument } from 'yaml';

/** The text of an experiment as a document, when it is one. */
export interface Read {
  document: Document;
  value: unknown;
  /** The first thing that keeps it from being YAML, with its line; null when nothing does. */
  mistake: { says: string; line: number } | null;
}

export function readText(text: string): Read {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    return {
      document,
      value: null,
      mistake: { says: error.message, line: lines.linePos(error.pos[0]).line },
    };
  }
  try {
    return { document, value: document.toJS(), mistake: null };
  } catch (cause) {
    // Aliases that point at nothing, or multiply beyond measure.
    const says = cause instanceof Error ? cause.message : String(cause);
    return { document, value: null, mistake: { says, line: 1 } };
  }
}
