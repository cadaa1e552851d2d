/** Collects bound parameters, so that no value of the caller ever stands in the SQL text. */
export class Binder {
  readonly params: Record<string, unknown> = {};
  #count = 0;

  bind(value: unknown, type: string): string {
    const name = `p${this.#count}`;
    this.#count += 1;
    this.params[name] = value;
    return `{${name}:${type}}`;
  }
}
