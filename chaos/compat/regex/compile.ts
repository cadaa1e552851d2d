import { parseClass } from './class.ts';
import { escapeOutside, literal } from './escape.ts';
import { parseGroup } from './group.ts';
import { PatternError, PatternSource } from './source.ts';
import { char, type Flags, Groups, type Part, position } from './state.ts';

/**
 * A pattern of Python's `re` as a JavaScript one. Throws PatternError with Python's words where Python refuses it. Not
 * exact: a reference to a group which has not matched (fails in Python, matches nothing here) and `(?(1)...)`, which
 * tries both of its branches.
 */
export function compilePattern(pattern: string): RegExp {
  const source = new PatternSource(pattern);
  const flags = { ignoreCase: false, multiline: false, dotAll: false, verbose: false, ascii: false };
  const reader = new PatternReader(source, flags, new Groups());
  const part = reader.alternatives(true);
  if (source.next !== undefined) throw new PatternError('unbalanced parenthesis');
  reader.groups.complete();
  return new RegExp(part.js, reader.flags.ignoreCase ? 'vi' : 'v');
}

const MOST_REPEATS = 4_294_967_295;

/** Reads a pattern, or what stands within a group of it. */
export class PatternReader {
  readonly source: PatternSource;
  readonly groups: Groups;
  /** Of the whole pattern when `(?i)` stands at its beginning, else of this group. */
  flags: Flags;

  constructor(source: PatternSource, flags: Flags, groups: Groups) {
    this.source = source;
    this.flags = flags;
    this.groups = groups;
  }

  /** A reader of the group that begins here. */
  nested(flags: Flags): PatternReader {
    return new PatternReader(this.source, flags, this.groups);
  }

  branches(top = false): Part[] {
    const branches: Part[] = [];
    do branches.push(this.#sequence(top && branches.length === 0));
    while (this.source.skip('|'));
    return branches;
  }

  alternatives(top = false): Part {
    const branches = this.branches(top);
    const [only] = branches;
    if (only !== undefined && branches.length === 1) return only;
    return {
      js: `(?:${branches.map(({ js }) => js).join('|')})`,
      kind: 'group',
      least: Math.min(...branches.map(({ least }) => least)),
      most: Math.max(...branches.map(({ most }) => most)),
    };
  }

  #sequence(atStart: boolean): Part {
    const parts: Part[] = [];
    for (;;) {
      const { next } = this.source;
      if (next === undefined || next === '|' || next === ')') break;
      this.source.take();
      if (this.flags.verbose && this.#ignorable(next)) continue;
      if ('*+?{'.includes(next)) {
        const last = parts.pop();
        parts.push(...this.#repeat(next, last));
      } else {
        const part = this.#one(next, atStart && parts.length === 0);
        // A comment, or flags: what follows may still repeat the part before.
        if (part.kind !== 'empty') parts.push(part);
      }
    }
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    return {
      js: parts.map(({ js }) => js).join(''),
      kind: 'group',
      least: sum(parts.map(({ least }) => least)),
      most: sum(parts.map(({ most }) => most)),
    };
  }

  /** Blanks and comments of a verbose pattern. */
  #ignorable(token: string): boolean {
    if (token === '#') {
      for (let each = this.source.take(); each !== undefined && each !== '\n'; ) each = this.source.take();
      return true;
    }
    return /^\s$/.test(token);
  }

  #one(token: string, atStart: boolean): Part {
    const { multiline, dotAll } = this.flags;
    if (token.startsWith('\\')) return escapeOutside(token, this.source, this.flags, this.groups);
    switch (token) {
      case '[':
        return parseClass(this.source, this.flags);
      case '(':
        return parseGroup(this, atStart);
      case '.':
        return char(dotAll ? '[\\s\\S]' : '[^\\n]');
      case '^':
        return position(multiline ? '(?<![^\\n])' : '(?<![\\s\\S])');
      case '$':
        return position(multiline ? '(?![^\\n])' : '(?=\\n?(?![\\s\\S]))');
      default:
        return char(literal(token.codePointAt(0) ?? 0));
    }
  }

  /** What a quantifier makes of the part before it; braces that are none stand for themselves. */
  #repeat(token: string, last: Part | undefined): Part[] {
    const bounds = this.#bounds(token);
    if (bounds === null) return [...(last === undefined ? [] : [last]), char(literal(0x7b))];
    if (last === undefined || last.kind === 'position') {
      throw new PatternError('nothing to repeat');
    }
    if (last.kind === 'repeat') throw new PatternError('multiple repeat');
    const [least, most] = bounds;
    const how = this.source.skip('?') ? '?' : this.source.skip('+') ? '+' : '';
    const js = `(?:${last.js}){${least},${most === MOST_REPEATS ? '' : most}}${how === '?' ? '?' : ''}`;
    const times = (width: number, count: number) => (width === 0 || count === 0 ? 0 : width * count);
    const part: Part = { js, kind: 'repeat', least: last.least * least, most: times(last.most, most) };
    return [how === '+' ? { ...this.groups.atomic(part), kind: 'repeat' } : part];
  }

  #bounds(token: string): [number, number] | null {
    if (token === '*') return [0, MOST_REPEATS];
    if (token === '+') return [1, MOST_REPEATS];
    if (token === '?') return [0, 1];
    const begin = this.source.position;
    if (this.source.next === '}') return null;
    const low = this.source.takeWhile(Number.POSITIVE_INFINITY, /^[0-9]$/);
    const high = this.source.skip(',') ? this.source.takeWhile(Number.POSITIVE_INFINITY, /^[0-9]$/) : low;
    if (!this.source.skip('}')) {
      this.source.position = begin;
      return null;
    }
    const [least, most] = [low === '' ? 0 : Number(low), high === '' ? MOST_REPEATS : Number(high)];
    if (least > most) throw new PatternError('min repeat greater than max repeat');
    return [least, most];
  }
}
