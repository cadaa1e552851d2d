import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Segment, Spool } from '../spool/spool.ts';
import { SIGNALS, type Signal } from '../wire/signals.ts';
import { loadStatements } from './ingest.ts';
import type { TelemetryStore } from './port.ts';

/**
 * Planning an insert costs the engine 40-80 ms of CPU however few rows it has, so a signal rests between loads: at
 * least `REST_MS`, and longer the longer a load takes, which bounds the loader to a share of one core. Batches then
 * grow by themselves under load.
 */
const REST_MS: Record<Signal, number> = { traces: 500, logs: 800, metrics: 2500 };
const REST_FACTOR = 8;
const MAX_REST_MS = 3000;
const RETRY_MS = 500;
/** Engine errors which say that the bytes are bad: UNKNOWN_PROTOBUF_FORMAT, CANNOT_PARSE_*, CANNOT_READ_ALL_DATA, ... */
const BAD_DATA = new Set([6, 26, 27, 33, 38, 41, 72, 117, 131, 321, 407, 436, 444, 445]);
const MEMORY_LIMIT_EXCEEDED = 241;
/**
 * Errors which say nothing about the bytes: no space, no memory, no descriptors, no time, a read-only or overfull table; of
 * a server also: wrong password, a right, a quota, a setting or a table that is missing, no connection or quorum among its
 * nodes, object storage that is away. They
 * are waited out however long it takes; what was acknowledged is never set aside for them.
 */
const TRANSIENT = new Set([
  ...[74, 75, 76, 77, 159, 164, 173, 202, 209, 210, 236, MEMORY_LIMIT_EXCEEDED, 242, 243, 252, 394, 425, 439],
  ...[
    60, 81, 115, 192, 193, 194, 195, 198, 201, 225, 279, 285, 286, 290, 319, 452, 473, 497, 499, 500, 516,
    668, 745, 999,
  ],
]);
/** After so many failures for another reason (or for want of memory) the segment is loaded request by request. */
const MAX_ATTEMPTS = 8;
/** After so many, minutes later, a request for which there is never enough memory even alone is set aside. */
const MAX_ATTEMPTS_ALONE = 24;
/** Each failure in a row waits a `retryMs` longer, up to so many. */
const MAX_WAITS = 20;

export interface LoaderStats {
  segments: number;
  bytes: number;
  failures: number;
  /** Milliseconds of the last load, by signal. */
  lastMs: Record<Signal, number>;
}

export interface Pace {
  /** Between two attempts at one segment; each failure in a row adds as much. */
  retryMs?: number;
  /** Rest between two loads of a signal, as a multiple of the usual. */
  rest?: number;
}

/** Moves closed segments from the spool into the engine, oldest first, each exactly once. */
export class Loader {
  readonly #spool: Spool;
  readonly #store: Pick<TelemetryStore, 'load' | 'reads'>;
  readonly #retryMs: number;
  readonly #restFactor: number;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #wake = new Set<() => void>();
  readonly #runs: Promise<void>[];
  readonly stats: LoaderStats = {
    segments: 0,
    bytes: 0,
    failures: 0,
    lastMs: { traces: 0, logs: 0, metrics: 0 },
  };

  constructor(
    spool: Spool,
    store: Pick<TelemetryStore, 'load' | 'reads'>,
    log: Logger,
    { retryMs = RETRY_MS, rest = 1 }: Pace = {},
  ) {
    this.#retryMs = retryMs;
    this.#restFactor = rest;
    this.#spool = spool;
    this.#store = store;
    this.#log = log;
    spool.onData = () => this.#wakeAll();
    this.#runs = [
      ...SIGNALS.map((signal) => this.#run(signal, () => spool.hasData(signal))),
      // One insert is one thread: while full segments of spans wait, a second one uses the second core.
      this.#run('traces', () => spool.isBehind('traces')),
    ];
  }

  /** Loads what is spooled, then stops; what does not make it by the deadline stays for the next start. */
  async close(deadlineMs: number): Promise<void> {
    this.#stop.abort();
    this.#wakeAll();
    const drained = Promise.all(this.#runs);
    await Promise.race([drained, sleep(deadlineMs, undefined, { ref: false })]);
  }

  #wakeAll(): void {
    for (const wake of this.#wake) wake();
    this.#wake.clear();
  }

  async #run(signal: Signal, hasWork: () => boolean): Promise<void> {
    const stop = this.#stop.signal;
    let attempts = 0;
    while (true) {
      if (!hasWork()) {
        if (stop.aborted) return;
        await new Promise<void>((resolve) => this.#wake.add(resolve));
        continue;
      }
      const segment = await this.#spool.take(signal);
      if (segment === null) continue;
      attempts = (await this.#loadOrKeep(segment, attempts)) ? 0 : attempts + 1;
      if (stop.aborted && attempts > 0) return;
      await this.#rest(
        attempts > 0 ? this.#retryMs * Math.min(attempts, MAX_WAITS) : this.#restAfter(signal),
      );
    }
  }

  #restAfter(signal: Signal): number {
    // Behind: what it costs to plan an insert is little beside what a full segment holds.
    if (this.#spool.isBehind(signal)) return 0;
    const usual = Math.min(MAX_REST_MS, Math.max(REST_MS[signal], this.stats.lastMs[signal] * REST_FACTOR));
    return usual * this.#restFactor;
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch((cause: unknown) => {
      if (!this.#stop.signal.aborted) throw cause;
    });
  }

  /** True when the segment is dealt with; false when it was put back for another attempt. */
  async #loadOrKeep(segment: Segment, attempts: number): Promise<boolean> {
    try {
      if (!segment.inPieces) {
        await this.#load(segment);
        return true;
      }
    } catch (cause) {
      this.#failed(cause, segment, attempts);
      if (!isSplitWorthy(cause, attempts)) {
        this.#spool.putBack(segment);
        return false;
      }
    }
    try {
      await this.#loadPieces(segment, attempts);
      return true;
    } catch (cause) {
      this.#failed(cause, segment, attempts);
      this.#spool.putBack(segment);
      return false;
    }
  }

  /** Request by request: a bad one is set aside, the others get in. Rejects when the store is to blame, not a request. */
  async #loadPieces(segment: Segment, attempts: number): Promise<void> {
    while (true) {
      const pieces = await this.#spool.split(segment);
      if (pieces.length === 0) break;
      await this.#loadEach(pieces, attempts);
      await this.#spool.pass(segment, pieces.length);
    }
    await this.#spool.done(segment);
  }

  async #loadEach(pieces: readonly Segment[], attempts: number): Promise<void> {
    let trouble: { cause: unknown } | null = null;
    for (const piece of pieces) {
      // All pieces go, or the next attempt finds them in its way; those which got in are known by their tokens.
      if (trouble !== null) await this.#spool.drop(piece);
      else {
        try {
          await this.#load(piece);
        } catch (cause) {
          if (isTransient(cause) && !isHopeless(cause, attempts)) {
            trouble = { cause };
            await this.#spool.drop(piece);
          } else await this.#spool.quarantine(piece, String(cause));
        }
      }
    }
    if (trouble !== null) throw trouble.cause;
  }

  #failed(cause: unknown, segment: Segment, attempts: number): void {
    this.stats.failures += 1;
    this.#log.warn({ err: cause, segment: segment.token, attempts }, 'segment could not be loaded');
  }

  async #load(segment: Segment): Promise<void> {
    const started = performance.now();
    const { path, loaded } = segment;
    const { reads } = this.#store;
    for (const { sql, kind } of loadStatements(segment, reads)) {
      // Loaded as a whole before it went in pieces: under the pieces' tokens it would count twice.
      if (kind !== null && loaded.has(kind)) continue;
      await this.#store.load(sql, reads === 'body' ? path : undefined);
      if (kind !== null) loaded.add(kind);
    }
    this.stats.lastMs[segment.signal] = performance.now() - started;
    this.stats.segments += 1;
    this.stats.bytes += segment.bytes;
    await this.#spool.done(segment);
  }
}

function isSplitWorthy(cause: unknown, attempts: number): boolean {
  const code = codeOf(cause);
  if (code !== null && BAD_DATA.has(code)) return true;
  return attempts >= MAX_ATTEMPTS && (code === MEMORY_LIMIT_EXCEEDED || !isTransient(cause));
}

/** The piece alone is larger than the memory there ever is. */
function isHopeless(cause: unknown, attempts: number): boolean {
  return attempts >= MAX_ATTEMPTS_ALONE && codeOf(cause) === MEMORY_LIMIT_EXCEEDED;
}

/** Without a code of the engine it is no word about the data: the session is closed, a file cannot be removed. */
function isTransient(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === null || TRANSIENT.has(code);
}

function codeOf(cause: unknown): number | null {
  const code = (cause as { clickhouseCode?: unknown } | null)?.clickhouseCode;
  return typeof code === 'number' ? code : null;
}
