/** What Python's `re.error` says of a pattern. `located` is false for the one error that does not know its pattern. */
export class PatternError extends Error {
  readonly located: boolean;

  constructor(message: string, located = true) {
    super(message);
    this.located = located;
  }
}

/** A pattern read from left to right; a backslash and what follows it is one token. */
export class PatternSource {
  readonly #chars: string[];
  #at = 0;

  constructor(pattern: string) {
    this.#chars = [...pattern];
  }

  get next(): string | undefined {
    const char = this.#chars[this.#at];
    if (char !== '\\') return char;
    const escaped = this.#chars[this.#at + 1];
    if (escaped === undefined) throw new PatternError('bad escape (end of pattern)');
    return char + escaped;
  }

  get position(): number {
    return this.#at;
  }

  set position(at: number) {
    this.#at = at;
  }

  take(): string | undefined {
    const token = this.next;
    if (token !== undefined) this.#at += [...token].length;
    return token;
  }

  skip(token: string): boolean {
    if (this.next !== token) return false;
    this.take();
    return true;
  }

  /** Up to `most` tokens which are among `chars`. */
  takeWhile(most: number, chars: RegExp): string {
    let out = '';
    while (out.length < most && this.next !== undefined && chars.test(this.next)) out += this.take();
    return out;
  }

  /** A name up to `end`, which is taken as well. */
  until(end: string, what: string): string {
    let out = '';
    for (;;) {
      const token = this.take();
      if (token === undefined) {
        throw new PatternError(out === '' ? `missing ${what}` : `missing ${end}, unterminated name`);
      }
      if (token !== end) {
        out += token;
        continue;
      }
      if (out === '') throw new PatternError(`missing ${what}`);
      return out;
    }
  }
}
