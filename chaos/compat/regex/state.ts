import { repr } from '../py/text.ts';
import { PatternError } from './source.ts';

/** Flags of Python's patterns that change what is matched; the others are understood and have no effect. */
export interface Flags {
  ignoreCase: boolean;
  multiline: boolean;
  dotAll: boolean;
  verbose: boolean;
  ascii: boolean;
}

/** A part of a pattern in JavaScript's syntax, with what Python wants to know of it. */
export interface Part {
  js: string;
  kind: 'char' | 'position' | 'repeat' | 'group' | 'empty';
  /** Fewest and most characters it matches: look-behinds need a fixed width. */
  least: number;
  most: number;
}

export const char = (js: string): Part => ({ js, kind: 'char', least: 1, most: 1 });
/** A look around: as wide as nothing, but Python lets it be repeated. */
export const assertion = (js: string): Part => ({ js, kind: 'group', least: 0, most: 0 });
export const position = (js: string): Part => ({ js, kind: 'position', least: 0, most: 0 });

/** Groups of a pattern. Its numbers become JavaScript names, so that helpers may have groups of their own. */
export class Groups {
  readonly #names = new Map<string, number>();
  /** Width of each closed group; an open one has none. */
  readonly #widths: (Part | null)[] = [null];
  readonly #expected: number[] = [];
  #helpers = 0;

  /** A condition may ask for a group that comes later. */
  expect(id: number): void {
    this.#expected.push(id);
  }

  /** The pattern is read: every group that was asked for has to be there. */
  complete(): void {
    const missing = this.#expected.find((id) => id >= this.#widths.length);
    if (missing !== undefined) throw new PatternError(`invalid group reference ${missing}`);
  }

  open(name: string | null): number {
    const id = this.#widths.push(null) - 1;
    if (name === null) return id;
    const before = this.#names.get(name);
    if (before !== undefined) {
      const message = `redefinition of group name ${repr(name)} as group ${id}; was group ${before}`;
      throw new PatternError(message);
    }
    this.#names.set(name, id);
    return id;
  }

  close(id: number, part: Part): void {
    this.#widths[id] = part;
  }

  named(name: string): number {
    const id = this.#names.get(name);
    if (id === undefined) throw new PatternError(`unknown group name ${repr(name)}`);
    return id;
  }

  reference(id: number): Part {
    const group = this.#widths[id];
    if (group === undefined) throw new PatternError(`invalid group reference ${id}`);
    if (group === null) throw new PatternError('cannot refer to an open group');
    return { js: `\\k<g${id}>`, kind: 'group', least: group.least, most: group.most };
  }

  /** What is matched and never given back: a look-ahead that remembers, and the memory. */
  atomic({ js, least, most }: Part): Part {
    const name = `a${this.#helpers++}`;
    return { js: `(?=(?<${name}>${js}))\\k<${name}>`, kind: 'group', least, most };
  }
}
