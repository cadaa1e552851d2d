/** Terms of a search text, written and taken out by buttons. */

export interface Term {
  key: string;
  op: '=' | '!=' | '<' | '>';
  value: string;
}

/** `key=value` as the search field reads it back; null when it has no way to be written (a quote in it, or nothing). */
export function termText({ key, op, value }: Term): string | null {
  if (value === '' || value.includes('"')) return null;
  return /\s/.test(value) ? `${key}${op}"${value}"` : `${key}${op}${value}`;
}

/** The terms and words of a text, as they stand in it. */
function pieces(text: string): string[] {
  return text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
}

export function hasTerm(text: string, term: string): boolean {
  return pieces(text).includes(term);
}

/** The text with this term in the place of all others of its key and comparison. */
export function setTerm(text: string, term: Term): string {
  const head = `${term.key}${term.op}`;
  const written = termText(term);
  const others = pieces(text).filter((piece) => !piece.startsWith(head));
  return (written === null ? others : [...others, written]).join(' ');
}

/** The text without the term when it has it, else with it as the only one of its key. */
export function toggleTerm(text: string, term: Term): string {
  const written = termText(term);
  if (written === null || !hasTerm(text, written)) return setTerm(text, term);
  return pieces(text)
    .filter((piece) => piece !== written)
    .join(' ');
}
