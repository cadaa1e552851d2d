import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Segment, Spool } from '../spool/spool.ts';
import { SIGNALS, type Signal } from '../wire/signals.ts';
import type { Engine } from './engine.ts';
import { loadStatements } from './ingest.ts';

/**
 * Planning an insert costs the engine 40-80 ms of CPU however few rows it has, so a signal rests between loads: at
 * least `REST_MS`, and longer the longer a load takes, which bounds the loader to a share of one core. Batches then
 * grow by themselves under load.
 */
const REST_MS: Record<Signal, number> = { traces: 300, logs: 400, metrics: 1500 };
const REST_FACTOR = 4;
const MAX_REST_MS = 2000;
const RETRY_MS = 500;
/** Engine errors which say that the bytes are bad: UNKNOWN_PROTOBUF_FORMAT, CANNOT_PARSE_*, CANNOT_READ_ALL_DATA, ... */
const BAD_DATA = new Set([6, 26, 27, 33, 38, 41, 72, 117, 131, 321, 444, 445]);
/** After so many failures for another reason the segment is split as if it were bad, so that it blocks nobody. */
const MAX_ATTEMPTS = 8;

export interface LoaderStats {
  segments: number;
  bytes: number;
  failures: number;
  /** Milliseconds of the last load, by signal. */
  lastMs: Record<Signal, number>;
}

/** Moves closed segments from the spool into the engine, oldest first, each exactly once. */
export class Loader {
  readonly #spool: Spool;
  readonly #engine: Engine;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #wake = new Map<Signal, () => void>();
  readonly #runs: Promise<void>[];
  readonly stats: LoaderStats = {
    segments: 0,
    bytes: 0,
    failures: 0,
    lastMs: { traces: 0, logs: 0, metrics: 0 },
  };

  constructor(spool: Spool, engine: Engine, log: Logger) {
    this.#spool = spool;
    this.#engine = engine;
    this.#log = log;
    spool.onData = (signal) => this.#wake.get(signal)?.();
    this.#runs = SIGNALS.map((signal) => this.#run(signal));
  }

  /** Loads what is spooled, then stops; what does not make it by the deadline stays for the next start. */
  async close(deadlineMs: number): Promise<void> {
    this.#stop.abort();
    for (const wake of this.#wake.values()) wake();
    const drained = Promise.all(this.#runs);
    await Promise.race([drained, sleep(deadlineMs, undefined, { ref: false })]);
  }

  async #run(signal: Signal): Promise<void> {
    const stop = this.#stop.signal;
    let attempts = 0;
    while (true) {
      if (!this.#spool.hasData(signal)) {
        if (stop.aborted) return;
        await new Promise<void>((resolve) => this.#wake.set(signal, resolve));
        this.#wake.delete(signal);
        continue;
      }
      const segment = await this.#spool.take(signal);
      if (segment === null) continue;
      attempts = (await this.#loadOrKeep(segment, attempts)) ? 0 : attempts + 1;
      if (stop.aborted && attempts > 0) return;
      await this.#rest(attempts > 0 ? RETRY_MS : this.#restAfter(signal));
    }
  }

  #restAfter(signal: Signal): number {
    return Math.min(MAX_REST_MS, Math.max(REST_MS[signal], this.stats.lastMs[signal] * REST_FACTOR));
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch((cause: unknown) => {
      if (!this.#stop.signal.aborted) throw cause;
    });
  }

  /** True when the segment is dealt with; false when it was put back for another attempt. */
  async #loadOrKeep(segment: Segment, attempts: number): Promise<boolean> {
    try {
      await this.#load(segment);
      return true;
    } catch (cause) {
      this.stats.failures += 1;
      this.#log.warn({ err: cause, segment: segment.token, attempts }, 'segment could not be loaded');
      if (!isBadData(cause) && attempts < MAX_ATTEMPTS) {
        this.#spool.putBack(segment);
        return false;
      }
    }
    for (const piece of await this.#spool.split(segment)) {
      await this.#load(piece).catch((cause: unknown) => this.#spool.quarantine(piece, String(cause)));
    }
    await this.#spool.done(segment);
    return true;
  }

  async #load(segment: Segment): Promise<void> {
    const started = performance.now();
    for (const sql of loadStatements(segment.signal, segment.path, segment.token, segment.marks)) {
      await this.#engine.load(sql);
    }
    this.stats.lastMs[segment.signal] = performance.now() - started;
    this.stats.segments += 1;
    this.stats.bytes += segment.bytes;
    await this.#spool.done(segment);
  }
}

function isBadData(cause: unknown): boolean {
  const code = (cause as { clickhouseCode?: unknown }).clickhouseCode;
  return typeof code === 'number' && BAD_DATA.has(code);
}
