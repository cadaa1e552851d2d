import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

const MAX_BYTES = 8 * 1024 * 1024;
const CHECK_EVERY_MS = 5_000;

/**
 * The log file of one process, at most twice `maxBytes` on disk (`<path>` and `<path>.1`). The child writes into the
 * file itself: no pipe through the launcher, so a busy or dead launcher blocks nobody. That is also why it is cut by
 * copy and truncate (the child's descriptor is in append mode): lines written between the two are lost.
 */
export class ProcessLog {
  readonly path: string;
  readonly fd: number;
  /** Bytes of older generations that were thrown away. */
  discardedBytes = 0;
  readonly #maxBytes: number;
  readonly #timer: NodeJS.Timeout;
  #kept = 0;
  /** Where the lines of the present run begin. */
  #runAt = 0;

  constructor(path: string, maxBytes: number = MAX_BYTES) {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    this.#maxBytes = maxBytes;
    this.fd = openSync(path, 'a', 0o640);
    this.#timer = setInterval(() => this.trim(), CHECK_EVERY_MS);
    this.#timer.unref();
  }

  /** Moves the content to `<path>.1` when there is too much of it. */
  trim(): void {
    const { size } = fstatSync(this.fd);
    if (size <= this.#maxBytes) return;
    copyFileSync(this.path, `${this.path}.1`);
    ftruncateSync(this.fd);
    this.#runAt = 0;
    this.discardedBytes += this.#kept;
    this.#kept = size;
  }

  /** What is written from now on is of another run: the file may hold those of days before. */
  beginRun(): void {
    this.#runAt = fstatSync(this.fd).size;
  }

  /** The last lines of this run, for an error message. */
  tail(lines: number): string {
    const written = readFileSync(this.path).subarray(this.#runAt).toString('utf8');
    return written.trimEnd().split('\n').slice(-lines).join('\n');
  }

  close(): void {
    clearInterval(this.#timer);
    closeSync(this.fd);
  }
}
