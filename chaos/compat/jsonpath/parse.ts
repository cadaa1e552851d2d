import { toFloat, toInt } from '../py/number.ts';
import type { Dict, Value } from '../py/value.ts';
import { PathError, type Token, tokensOf } from './lexer.ts';
import {
  CALLS,
  type Expression,
  OPERATORS,
  type Operand,
  type Path,
  type Step,
  type Subscript,
} from './syntax.ts';

/** A path from its text; throws PathError. */
export function parsePath(text: string): Path {
  const parser = new Parser(tokensOf(text));
  const path = parser.path();
  parser.end();
  if (path.from !== 'root') throw new PathError('a path begins with $');
  return path;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  end(): void {
    if (this.#next.type !== 'end') throw this.#unexpected();
  }

  path(): Path {
    const from = this.#skip('$') ? 'root' : this.#skip('@') ? 'current' : null;
    if (from === null) throw this.#unexpected();
    const steps: Step[] = [];
    for (;;) {
      if (this.#skip('..')) {
        const subscripts = this.#is('[') ? this.#bracket() : [this.#bareword()];
        steps.push({ deep: true, subscripts });
      } else if (this.#skip('.')) {
        steps.push({ deep: false, subscripts: [this.#bareword()] });
      } else if (this.#is('[')) {
        steps.push({ deep: false, subscripts: this.#bracket() });
      } else {
        return { from, steps };
      }
    }
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '' };
  }

  #is(word: string): boolean {
    return this.#next.type === 'word' && this.#next.text === word;
  }

  #skip(word: string): boolean {
    if (!this.#is(word)) return false;
    this.#at++;
    return true;
  }

  #expect(word: string): void {
    if (!this.#skip(word)) throw this.#unexpected();
  }

  #take(type: Token['type']): string | null {
    const { text } = this.#next;
    if (this.#next.type !== type) return null;
    this.#at++;
    return text;
  }

  #unexpected(): PathError {
    return new PathError(`unexpected ${this.#next.text || 'end'}`);
  }

  #bareword(): Subscript {
    if (this.#skip('*')) return { type: 'wildcard' };
    const name = this.#take('name');
    if (name === null) throw this.#unexpected();
    return this.#is('(') ? this.#call(name) : { type: 'key', key: name };
  }

  #call(name: string): Subscript {
    this.#expect('(');
    const operands = this.#skip(')') ? [] : this.#list(() => this.#operand(), ')');
    const known = CALLS.find((each) => each === name);
    if (known === undefined) throw new PathError(`callable subscript '${name}' not found`);
    return { type: 'call', name: known, arguments: operands };
  }

  #list<T>(read: () => T, close: string): T[] {
    const items = [read()];
    while (this.#skip(',')) items.push(read());
    this.#expect(close);
    return items;
  }

  #bracket(): Subscript[] {
    this.#expect('[');
    return this.#list(() => this.#subscript(), ']');
  }

  #subscript(): Subscript {
    if (this.#skip('*')) return { type: 'wildcard' };
    if (this.#is('$') || this.#is('@')) return { type: 'path', path: this.path() };
    if (this.#skip('?')) {
      this.#expect('(');
      const test = this.#expression();
      this.#expect(')');
      return { type: 'filter', test };
    }
    const key = this.#take('string');
    if (key !== null) return { type: 'key', key };
    const name = this.#take('name');
    if (name !== null) return this.#call(name);
    const start = this.#integer();
    if (this.#is(':')) return this.#slice(start);
    if (start === null) throw this.#unexpected();
    return { type: 'index', index: start };
  }

  #slice(start: bigint | null): Subscript {
    this.#expect(':');
    const end = this.#integer();
    const step = this.#skip(':') ? this.#integer() : null;
    return { type: 'slice', start, end, step };
  }

  #integer(): bigint | null {
    const text = this.#take('number');
    if (text === null) return null;
    if (!/^-?\d+$/.test(text)) throw new PathError(`${text} is no integer`);
    return toInt(text);
  }

  /** `or` binds tighter than `and` here. */
  #expression(): Expression {
    const left = this.#or();
    return this.#skip('and') ? { type: 'and', left, right: this.#expression() } : left;
  }

  #or(): Expression {
    const left = this.#not();
    return this.#skip('or') ? { type: 'or', left, right: this.#or() } : left;
  }

  #not(): Expression {
    if (this.#skip('not')) return { type: 'not', of: this.#not() };
    if (this.#skip('(')) {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    const left = this.#operand();
    const operator = OPERATORS.find((each) => this.#skip(each));
    if (operator === undefined) return { type: 'some', operand: left };
    return { type: 'compare', operator, left, right: this.#operand() };
  }

  #operand(): Operand {
    return this.#is('$') || this.#is('@') ? { path: this.path() } : { value: this.#value() };
  }

  #value(): Value {
    const text = this.#take('string');
    if (text !== null) return text;
    const number = this.#take('number');
    if (number !== null) return /[.eE]/.test(number) ? toFloat(number) : toInt(number);
    if (this.#skip('true')) return true;
    if (this.#skip('false')) return false;
    if (this.#skip('null')) return null;
    if (this.#skip('[')) return this.#skip(']') ? [] : this.#list(() => this.#value(), ']');
    this.#expect('{');
    if (this.#skip('}')) return new Map();
    const dict: Dict = new Map(this.#list(() => this.#pair(), '}'));
    return dict;
  }

  #pair(): [Value, Value] {
    const key = this.#take('string');
    if (key === null) throw this.#unexpected();
    this.#expect(':');
    return [key, this.#value()];
  }
}
