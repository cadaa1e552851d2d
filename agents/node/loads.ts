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
  readonly #patches: { main: RegExp; patch: Patch }[] = [];
  readonly #done = new Set<string>();
  readonly #onProblem: (library: string, error: unknown) => void;
  readonly #listener = (event: unknown): void => this.#starting(event as LoadEvent);

  constructor(onProblem: (library: string, error: unknown) => void) {
    this.#onProblem = onProblem;
    channel('tracing:module.require:start').subscribe(this.#listener);
  }

  /** `main` matches the path of the library's main file from its package name on, slashes forward. */
  add(main: RegExp, patch: Patch): void {
    this.#patches.push({ main, patch });
  }

  close(): void {
    channel('tracing:module.require:start').unsubscribe(this.#listener);
  }

  #starting(event: LoadEvent): void {
    const id = String(event.id).replaceAll('\\', '/');
    const found = this.#patches.find(
      (p) => p.main.test(id) || p.main.test(`${id}/index.js`) || bare(p.main, id),
    );
    if (!found) return;
    try {
      // Our own nested require arrives here again; by then the file is marked.
      const require = createRequire(event.parentFilename ?? event.id);
      const file = require.resolve(event.id);
      if (this.#done.has(file) || !found.main.test(file.replaceAll('\\', '/'))) return;
      this.#done.add(file);
      const exports = found.patch(require(file));
      const cached = require.cache[file];
      if (cached && exports !== undefined) cached.exports = exports;
    } catch (error) {
      // The application's own load comes next and shows the same failure to whoever asked for the library.
      this.#onProblem(id, error);
    }
  }
}

/** `require('pino')` names no file; any of our patterns starts with the package name. */
function bare(main: RegExp, id: string): boolean {
  return !id.includes('/') && main.source.includes(`/${id}\\/`);
}
