import { PatternError, type PatternSource } from './source.ts';
import { char, type Flags, type Groups, type Part, position } from './state.ts';

const OCTAL = /^[0-7]$/;
const DIGIT = /^[0-9]$/;
const HEX = /^[0-9a-fA-F]$/;
const LETTER = /^[A-Za-z]$/;
const CONTROL: Record<string, number> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const HEX_DIGITS: Record<string, number> = { x: 2, u: 4, U: 8 };

/** A literal character as JavaScript takes it everywhere, classes included. */
export const literal = (code: number): string => `\\u{${code.toString(16)}}`;

/** The members of `\d`, `\s` and `\w`, to stand within brackets. */
const SETS: Record<string, { unicode: string; ascii: string }> = {
  d: { unicode: '\\p{Nd}', ascii: '0-9' },
  s: { unicode: '\\t-\\r\\x1c-\\x20\\x85\\p{Z}', ascii: '\\t-\\r\\x20' },
  w: { unicode: '\\p{L}\\p{N}_', ascii: 'A-Za-z0-9_' },
};

/** `\d` or `\D` and their like as a class; null for another letter. */
function category(letter: string, { ascii }: Flags): string | null {
  const set = SETS[letter.toLowerCase()];
  if (set === undefined) return null;
  const members = ascii ? set.ascii : set.unicode;
  return letter === letter.toLowerCase() ? `[${members}]` : `[^${members}]`;
}

/** A number that stands for a character; null when the letter is none of those. */
function characterCode(letter: string, source: PatternSource): number | null {
  const control = CONTROL[letter];
  if (control !== undefined) return control;
  if (letter === 'N') {
    if (!source.skip('{')) throw new PatternError('missing {');
    const name = source.until('}', 'character name');
    throw new PatternError(`undefined character name '${name}'`);
  }
  const digits = HEX_DIGITS[letter];
  if (digits === undefined) return null;
  const hex = source.takeWhile(digits, HEX);
  if (hex.length < digits) throw new PatternError(`incomplete escape \\${letter}${hex}`);
  const code = Number.parseInt(hex, 16);
  if (code > 0x10ffff) throw new PatternError(`bad escape \\${letter}${hex}`);
  return code;
}

function octal(digits: string): number {
  const code = Number.parseInt(digits, 8);
  if (code <= 0o377) return code;
  throw new PatternError(`octal escape value \\${digits} outside of range 0-0o377`);
}

/** A member of a class: a code, or a class of its own. */
export type Member = { code: number; text: string } | { set: string; text: string };

/** An escape within brackets. */
export function escapeInClass(token: string, source: PatternSource, flags: Flags): Member {
  const letter = token.slice(1);
  const set = category(letter, flags);
  if (set !== null) return { set, text: token };
  if (letter === 'b') return { code: 8, text: token };
  const code = characterCode(letter, source);
  if (code !== null) return { code, text: token };
  if (OCTAL.test(letter)) {
    const digits = letter + source.takeWhile(2, OCTAL);
    return { code: octal(digits), text: `\\${digits}` };
  }
  if (LETTER.test(letter) || DIGIT.test(letter)) throw new PatternError(`bad escape ${token}`);
  return { code: letter.codePointAt(0) ?? 0, text: token };
}

/** An escape outside of brackets. */
export function escapeOutside(token: string, source: PatternSource, flags: Flags, groups: Groups): Part {
  const letter = token.slice(1);
  const set = category(letter, flags);
  if (set !== null) return char(set);
  const place = positionOf(letter, flags);
  if (place !== null) return position(place);
  const code = characterCode(letter, source);
  if (code !== null) return char(literal(code));
  if (letter === '0') return char(literal(octal(letter + source.takeWhile(2, OCTAL))));
  if (DIGIT.test(letter)) return numbered(letter, source, groups);
  if (LETTER.test(letter)) throw new PatternError(`bad escape ${token}`);
  return char(literal(letter.codePointAt(0) ?? 0));
}

/** `\1` to `\99` refer to groups, unless three octal digits stand there. */
function numbered(first: string, source: PatternSource, groups: Groups): Part {
  let digits = first;
  if (DIGIT.test(source.next ?? '')) {
    digits += source.take();
    const third = source.next ?? '';
    if (/^[0-7]{2}$/.test(digits) && OCTAL.test(third)) return char(literal(octal(digits + source.take())));
  }
  return groups.reference(Number(digits));
}

function positionOf(letter: string, { ascii }: Flags): string | null {
  const word = `[${ascii ? SETS.w?.ascii : SETS.w?.unicode}]`;
  switch (letter) {
    case 'A':
      return '(?<![\\s\\S])';
    case 'Z':
      return '(?![\\s\\S])';
    case 'b':
      return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
    case 'B':
      // An empty text has no place that is not a boundary.
      return `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word})(?:(?<=[\\s\\S])|(?=[\\s\\S])))`;
    default:
      return null;
  }
}
