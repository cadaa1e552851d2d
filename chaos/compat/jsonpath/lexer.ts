/** A path that this dialect does not know. */
export class PathError extends Error {}

export interface Token {
  type: 'word' | 'name' | 'string' | 'number' | 'end';
  text: string;
}

const TOKEN =
  /[ \t\n\r]*(?:("(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|[^"\\])*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?(?:0|[1-9]\d*))?)|([_A-Za-z][_A-Za-z0-9]*)|(\.\.|>=|<=|!=|[@$.*=<>{}[\]:,()?]))/y;

const WORDS = ['and', 'or', 'not', 'true', 'false', 'null'];

/** Cuts a path into tokens. Words such as `and` are never names. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    at = TOKEN.lastIndex;
    const [, string, number, name, sign] = match;
    if (string !== undefined && [...string].some((char) => char < ' '))
      throw new PathError('a control character');
    if (string !== undefined) tokens.push({ type: 'string', text: string.slice(1, -1) });
    else if (number !== undefined) tokens.push({ type: 'number', text: number });
    else if (name !== undefined) tokens.push({ type: WORDS.includes(name) ? 'word' : 'name', text: name });
    else tokens.push({ type: 'word', text: sign ?? '' });
  }
  if (/[^ \t\n\r]/.test(text.slice(at))) throw new PathError(`no token at ${at}`);
  return [...tokens, { type: 'end', text: '' }];
}
