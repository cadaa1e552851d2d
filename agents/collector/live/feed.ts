import type { Logger } from 'pino';
import type { Signal } from '../wire/signals.ts';
import { Accumulator } from './accumulator.ts';

const FLUSH_MS = 50;
const HEARTBEAT_MS = 1000;
/** A listener that has so many bytes unread is cut off; it comes back and reads what it missed from the tables. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/** Where lines go: an HTTP response. */
export interface LiveListener {
  write(chunk: string): unknown;
  readonly writableLength: number;
  destroy(): unknown;
}

/** The live stream. While nobody listens, nothing is decoded. */
export class LiveFeed {
  readonly #listeners = new Set<LiveListener>();
  readonly #log: Logger;
  #accumulator = new Accumulator();
  #timers: NodeJS.Timeout[] = [];
  /** Listeners cut off because they did not read. */
  dropped = 0;
  lines = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  feed(signal: Signal, bytes: Uint8Array): void {
    if (this.#listeners.size === 0) return;
    try {
      this.#accumulator.add(signal, bytes);
    } catch (cause) {
      // The request is valid (flatten saw it) and stored; only its live picture is lost.
      this.#log.error({ err: cause, signal }, 'live mapping failed');
    }
  }

  /** Adds a listener; the returned function takes it away again. */
  add(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#accumulator = new Accumulator();
  }

  #start(): void {
    const flush = setInterval(() => {
      for (const line of this.#accumulator.take()) this.#send(`${JSON.stringify(line)}\n`);
    }, FLUSH_MS);
    const heartbeat = setInterval(() => this.#send('\n'), HEARTBEAT_MS);
    this.#timers = [flush, heartbeat];
  }

  #send(chunk: string): void {
    this.lines += 1;
    for (const listener of this.#listeners) {
      if (listener.writableLength > MAX_UNREAD_BYTES) {
        this.dropped += 1;
        listener.destroy();
      } else listener.write(chunk);
    }
  }
}
