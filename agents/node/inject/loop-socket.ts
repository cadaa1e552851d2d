import { Duplex } from 'node:stream';
import { resetByPeer } from './call/index.ts';

/**
 * One end of a connection within this process, with as much of a socket as an HTTP client or server asks for. What one end
 * writes the other reads.
 */
export class LoopSocket extends Duplex {
  readonly encrypted = false;
  #other: LoopSocket | null = null;
  #wanted: (() => void) | null = null;
  #idle: NodeJS.Timeout | undefined;
  #idleMs = 0;
  /** No more will come from the other end. */
  #ended = false;

  static pair(): [LoopSocket, LoopSocket] {
    const [one, other] = [new LoopSocket(), new LoopSocket()];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  override _read(): void {
    const wanted = this.#wanted;
    this.#wanted = null;
    wanted?.();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    const other = this.#other;
    this.#active();
    if (other) other.#active();
    if (!other || other.destroyed || other.push(chunk)) done();
    else other.#wanted = done;
  }

  override _final(done: () => void): void {
    if (this.#other && !this.#other.#ended) this.#other.#finish();
    done();
  }

  #finish(): void {
    this.#ended = true;
    if (!this.destroyed) this.push(null);
  }

  /** The other end reads what is still on its way, and then that there is no more. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#idle);
    this._read();
    const other = this.#other;
    if (other && !other.#ended) other.#finish();
    done(error);
  }

  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.end(() => this.destroy());
  }

  resetAndDestroy(): this {
    this.#other?.destroy(resetByPeer());
    return this.destroy();
  }

  setTimeout(ms: number, listener?: () => void): this {
    if (listener) this.once('timeout', listener);
    this.#idleMs = ms;
    this.#active();
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #active(): void {
    clearTimeout(this.#idle);
    if (this.#idleMs > 0) this.#idle = setTimeout(() => this.emit('timeout'), this.#idleMs);
  }
}
