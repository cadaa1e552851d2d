import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { DraftProblem } from '../../../live/editor-answers.ts';

/** Where a place of the server (line and column from one) is in the text; the nearest there is when it has changed. */
export function offsetOf(text: Text, line: number | null, column: number | null): number {
  const found = text.line(Math.min(text.lines, Math.max(1, line ?? 1)));
  return Math.min(found.to, found.from + Math.max(0, (column ?? 1) - 1));
}

/** Problems as marks under what they are about, to the end of its line. */
export function markers(text: Text, problems: readonly DraftProblem[]): Diagnostic[] {
  return problems.map(({ line, column, path, message, next, code }) => {
    const from = offsetOf(text, line, column);
    const rest = text.lineAt(from).text.slice(from - text.lineAt(from).from);
    const written = rest.replace(/\s#.*$/, '').trimEnd();
    return {
      from,
      to: Math.max(from + written.length, Math.min(from + 1, text.length)),
      severity: 'error',
      source: code,
      message: `${path} ${message}\n${next}`,
    };
  });
}
