import { channel } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';

/** Given a library's exports right after it was first loaded; what it gives back replaces them. */
type Patch = (exports: unknown) => unknown;

interface LoadEvent {
  id: string;
  parentFilename?: string;
}

/**
 * Patches a CommonJS library at the moment the application loads it, by `import` or `require`, through Node's own
 * diagnostics channel. Against a loader hook this costs nothing per module; against loading every library beforehand
 * it spares a process those it never uses (bullmq alone is 60 ms and 10 MB).
 */
export class LoadWatch {
  readonly #patches: { library: string; main: string; patch: Patch }[] = [];
  readonly #done = new Set<string>();
  readonly #onProblem: (library: string, error: unknown) => void;
  readonly #listener = (event: unknown): void => this.#starting(event as LoadEvent);

  constructor(onProblem: (library: string, error: unknown) => void) {
    this.#onProblem = onProblem;
    channel('tracing:module.require:start').subscribe(this.#listener);
  }

  /** `main` is the library's main file inside its package, with forward slashes. */
  add(library: string, main: string, patch: Patch): void {
    this.#patches.push({ library, main: `/${library}/${main}`, patch });
  }

  close(): void {
    channel('tracing:module.require:start').unsubscribe(this.#listener);
  }

  /** `id` is what the code wrote in `require`, and the path of the file for an `import`. */
  #starting({ id, parentFilename }: LoadEvent): void {
    const found = this.#patches.find(({ library, main }) => id === library || slashed(id).endsWith(main));
    if (!found) return;
    try {
      const require = createRequire(parentFilename ?? id);
      const file = require.resolve(id);
      // Our own nested require arrives here again; by then the file is marked.
      if (this.#done.has(file) || !slashed(file).endsWith(found.main)) return;
      this.#done.add(file);
      const exports = found.patch(require(file));
      const cached = require.cache[file];
      if (cached && exports !== undefined) cached.exports = exports;
    } catch (error) {
      // The application's own load comes next and shows the same failure to whoever asked for the library.
      this.#onProblem(found.library, error);
    }
  }
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}
