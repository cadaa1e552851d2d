/** A part of an expression and its column, from 1. */
export interface CronPart {
  text: string;
  at: number;
}

/** Splits and keeps the columns; several blanks count as one, several of anything else leave empty parts between. */
export function cronParts(text: string, separator: ' ' | ',' | '/' | '-', at = 1): CronPart[] {
  if (separator === ' ') {
    return [...text.matchAll(/\S+/g)].map((found) => ({ text: found[0], at: at + found.index }));
  }
  let column = at;
  return text.split(separator).map((part) => {
    const one = { text: part, at: column };
    column += part.length + 1;
    return one;
  });
}
