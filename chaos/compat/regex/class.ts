import { escapeInClass, literal, type Member } from './escape.ts';
import { PatternError, type PatternSource } from './source.ts';
import { char, type Flags, type Part } from './state.ts';

/** A class; its opening bracket is taken already. */
export function parseClass(source: PatternSource, flags: Flags): Part {
  const negated = source.skip('^');
  const out: string[] = [];
  for (let first = true; first || source.next !== ']'; first = false) {
    const low = member(source, flags);
    if (!source.skip('-')) {
      out.push(textOf(low));
      continue;
    }
    if (source.next === ']') {
      out.push(textOf(low), literal(0x2d));
      break;
    }
    const high = member(source, flags);
    if (!('code' in low) || !('code' in high) || high.code < low.code) {
      throw new PatternError(`bad character range ${low.text}-${high.text}`);
    }
    out.push(`${literal(low.code)}-${literal(high.code)}`);
  }
  source.take();
  return char(`[${negated ? '^' : ''}${out.join('')}]`);
}

function member(source: PatternSource, flags: Flags): Member {
  const token = source.take();
  if (token === undefined) throw new PatternError('unterminated character set');
  if (token.startsWith('\\')) return escapeInClass(token, source, flags);
  return { code: token.codePointAt(0) ?? 0, text: token };
}

const textOf = (each: Member): string => ('code' in each ? literal(each.code) : each.set);
