import { repr } from '../py/text.ts';
import type { PatternReader } from './compile.ts';
import { PatternError } from './source.ts';
import { assertion, type Flags, type Part } from './state.ts';

/** What begins with a parenthesis, which is taken already. `atStart`: global flags may stand here. */
export function parseGroup(reader: PatternReader, atStart: boolean): Part {
  const { source } = reader;
  if (!source.skip('?')) return capture(reader, null);
  const kind = source.take();
  switch (kind) {
    case undefined:
      throw new PatternError('unexpected end of pattern');
    case 'P':
      return named(reader);
    case ':':
      return group(reader, reader.flags);
    case '#':
      return comment(reader);
    case '=':
    case '!':
      return assertion(`(?${kind}${inside(reader, reader.flags).js})`);
    case '<':
      return lookBehind(reader);
    case '(':
      return conditional(reader);
    case '>':
      return reader.groups.atomic(inside(reader, reader.flags));
    default:
      if (/^[aiLmsux-]$/.test(kind)) return flagged(reader, kind, atStart);
      throw new PatternError(`unknown extension ?${kind}`);
  }
}

function inside(reader: PatternReader, flags: Flags): Part {
  const part = reader.nested(flags).alternatives();
  if (!reader.source.skip(')')) throw new PatternError('missing ), unterminated subpattern');
  return part;
}

function group(reader: PatternReader, flags: Flags): Part {
  const part = inside(reader, flags);
  return { ...part, js: `(?:${part.js})`, kind: 'group' };
}

function capture(reader: PatternReader, name: string | null): Part {
  const id = reader.groups.open(name);
  const part = inside(reader, reader.flags);
  reader.groups.close(id, part);
  return { ...part, js: `(?<g${id}>${part.js})`, kind: 'group' };
}

function named(reader: PatternReader): Part {
  const { source, groups } = reader;
  if (source.skip('<')) return capture(reader, identifier(source.until('>', 'group name')));
  if (source.skip('=')) return groups.reference(groups.named(identifier(source.until(')', 'group name'))));
  const next = source.take();
  throw new PatternError(next === undefined ? 'unexpected end of pattern' : `unknown extension ?P${next}`);
}

function identifier(name: string): string {
  if (/^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{N}\p{M}\p{Pc}]*$/u.test(name)) return name;
  throw new PatternError(`bad character in group name ${repr(name)}`);
}

function comment({ source }: PatternReader): Part {
  for (let token = source.take(); token !== ')'; token = source.take()) {
    if (token === undefined) throw new PatternError('missing ), unterminated comment');
  }
  return { js: '', kind: 'empty', least: 0, most: 0 };
}

function lookBehind(reader: PatternReader): Part {
  const kind = reader.source.take();
  if (kind === undefined) throw new PatternError('unexpected end of pattern');
  if (kind !== '=' && kind !== '!') throw new PatternError(`unknown extension ?<${kind}`);
  const part = inside(reader, reader.flags);
  if (part.least !== part.most) throw new PatternError('look-behind requires fixed-width pattern', false);
  return assertion(`(?<${kind}${part.js})`);
}

function conditional(reader: PatternReader): Part {
  const { source, groups } = reader;
  const name = source.until(')', 'group name');
  if (!/^\d+$/.test(name)) groups.named(identifier(name));
  else if (Number(name) === 0) throw new PatternError('bad group number');
  else groups.expect(Number(name));
  const branches = reader.nested(reader.flags).branches();
  if (branches.length > 2) throw new PatternError('conditional backref with more than two branches');
  if (!source.skip(')')) throw new PatternError('missing ), unterminated subpattern');
  const js = `(?:${branches.map((branch) => branch.js).join('|')}${branches.length === 1 ? '|' : ''})`;
  return { js, kind: 'group', least: 0, most: Number.POSITIVE_INFINITY };
}

const NAMES: Record<string, keyof Flags | null> = {
  ...{ i: 'ignoreCase', m: 'multiline', s: 'dotAll', x: 'verbose', a: 'ascii', u: null },
};

/** `(?i)` for the whole pattern, `(?i:...)` for a group. */
function flagged(reader: PatternReader, first: string, atStart: boolean): Part {
  const { source } = reader;
  const on: string[] = [];
  const off: string[] = [];
  let token: string | undefined = first;
  for (; token !== undefined && token !== ':' && token !== ')' && token !== '-'; token = source.take()) {
    on.push(known(token, 'missing -, : or )'));
  }
  if (token === undefined) throw new PatternError('missing -, : or )');
  if (on.includes('a') && on.includes('u')) {
    throw new PatternError("bad inline flags: flags 'a', 'u' and 'L' are incompatible");
  }
  if (token === ')') {
    if (!atStart) throw new PatternError('global flags not at the start of the expression');
    reader.flags = changed(reader.flags, on, off);
    return { js: '', kind: 'empty', least: 0, most: 0 };
  }
  if (token === '-') off.push(...turnedOff(reader, on));
  const flags = changed(reader.flags, on, off);
  const part = inside(reader, flags);
  const change = flags.ignoreCase === reader.flags.ignoreCase ? '' : flags.ignoreCase ? 'i' : '-i';
  return { ...part, js: `(?${change}:${part.js})`, kind: 'group' };
}

function turnedOff({ source }: PatternReader, on: string[]): string[] {
  const off: string[] = [];
  for (;;) {
    const token = source.take();
    if (token === undefined) throw new PatternError(off.length === 0 ? 'missing flag' : 'missing :');
    if (token === ':' && off.length > 0) return off;
    if (!(token in NAMES) && token !== 'L') {
      const letter = /^[A-Za-z]$/.test(token);
      throw new PatternError(letter ? 'unknown flag' : off.length === 0 ? 'missing flag' : 'missing :');
    }
    if ('auL'.includes(token)) {
      throw new PatternError("bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
    }
    if (on.includes(token)) throw new PatternError('bad inline flags: flag turned on and off');
    off.push(token);
  }
}

function known(token: string, otherwise: string): string {
  if (token === 'L') throw new PatternError("bad inline flags: cannot use 'L' flag with a str pattern");
  if (token in NAMES) return token;
  throw new PatternError(/^[A-Za-z]$/.test(token) ? 'unknown flag' : otherwise);
}

function changed(flags: Flags, on: string[], off: string[]): Flags {
  const next = { ...flags };
  for (const [letters, value] of [
    [on, true],
    [off, false],
  ] as const) {
    for (const letter of letters) {
      const name = NAMES[letter];
      if (name != null) next[name] = value;
      if (letter === 'u') next.ascii = false;
    }
  }
  return next;
}
