import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Logger } from 'pino';
import { StormglassError } from '../../contract/errors.ts';
import {
  ALL_MARKS,
  type Mark,
  METRIC_KINDS,
  type MetricKind,
  SIGNALS,
  type Signal,
} from '../wire/signals.ts';
import { encodeRecord, scanRecords } from './record.ts';
import { SegmentWriter } from './writer.ts';

/** A closed segment, waiting to be loaded. Its name is its deduplication token for ever. */
export interface Segment {
  signal: Signal;
  path: string;
  token: string;
  bytes: number;
  /** What is in it at least; a replayed segment is taken to have everything. */
  marks: ReadonlySet<Mark>;
  /** It was given to the engine in pieces, and some may be in: never again as a whole, which has another token. */
  inPieces: boolean;
  /** So many requests at its beginning are dealt with as pieces. */
  passed: number;
  /** Kinds of metrics in it that the engine has committed already. */
  loaded: Set<MetricKind>;
}

export interface SpoolOptions {
  dir: string;
  maxBytes: number;
  /** A segment is closed when it has so many bytes even if the loader is busy, so that one load stays small. */
  segmentBytes?: number;
  log: Logger;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** `<token>.pieces.<kinds loaded before>.<requests passed>.pb`: what must be known after a crash stands in the file's name. */
const IN_PIECES = /\.pieces\.([a-z_+]*)\.(?:(\d+)\.)?pb$/;
/** Pieces at a time: those that are repeated must be far fewer than the tokens which the store remembers. */
const PIECES = 100;

/**
 * What was acknowledged and is not yet in the engine. `append` resolves after fsync, and that is the acknowledgement;
 * a segment is deleted only after the engine has committed it. Requests of the same moment share one fsync.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #writers = new Map<Signal, SegmentWriter>();
  readonly #closed: Record<Signal, Segment[]> = { traces: [], logs: [], metrics: [] };
  readonly #boot = `${Date.now()}-${randomUUID().slice(0, 8)}`;
  #sequence = 0;
  #bytes = 0;
  tornTails = 0;
  quarantined = 0;
  /** Called when a signal has something to load. */
  onData: (signal: Signal) => void = () => {};

  private constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Opens the spool, cutting torn tails; what is found waits as closed segments. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    await mkdir(join(options.dir, 'quarantine'), { recursive: true });
    const found = await readdir(options.dir);
    // Pieces of a segment which is still whole beside them.
    for (const name of found) if (/\.pb\.\d+$/.test(name)) await unlink(join(options.dir, name));
    const names = found.filter((n) => n.endsWith('.pb')).sort();
    for (const name of names) await spool.#recover(join(options.dir, name));
    return spool;
  }

  /** Bytes acknowledged and not yet loaded. */
  get bytes(): number {
    return this.#bytes;
  }

  append(signal: Signal, parts: readonly Uint8Array[], marks: ReadonlySet<Mark>): Promise<void> {
    return this.appendAll(signal, [parts], marks);
  }

  /** One request in several records, which are loaded each by itself. */
  async appendAll(
    signal: Signal,
    requests: readonly (readonly Uint8Array[])[],
    marks: ReadonlySet<Mark>,
  ): Promise<void> {
    if (this.#bytes > this.#options.maxBytes) {
      throw new StormglassError(
        'backpressure',
        'The spool is full: the store does not keep up.',
        'Send the same request again after the time in Retry-After.',
      );
    }
    const records = requests.flatMap((parts) => encodeRecord(parts));
    const size = records.reduce((sum, p) => sum + p.length, 0);
    let writer = this.#writers.get(signal);
    if (writer === undefined || writer.size >= (this.#options.segmentBytes ?? SEGMENT_BYTES)) {
      if (writer !== undefined) void this.#close(signal, writer);
      writer = new SegmentWriter(this.#nextPath(signal));
      this.#writers.set(signal, writer);
    }
    this.#bytes += size;
    for (const mark of marks) writer.marks.add(mark);
    try {
      await writer.append(records, size);
    } catch (cause) {
      this.#bytes -= size;
      // The file may now end in half a record, so nothing is ever appended after it.
      if (this.#writers.get(signal) === writer) {
        this.#writers.delete(signal);
        void this.#close(signal, writer);
      }
      throw new StormglassError(
        'backpressure',
        'The spool could not be written.',
        'Free disk space in the data directory; the request can be sent again.',
        { cause },
      );
    }
    this.onData(signal);
  }

  hasData(signal: Signal): boolean {
    return this.#closed[signal].length > 0 || this.#writers.has(signal);
  }

  /** Whether full segments wait: more comes than is loaded. */
  isBehind(signal: Signal): boolean {
    return this.#closed[signal].length > 0;
  }

  /** The oldest closed segment, else the open one, closed now; null when there is none. */
  async take(signal: Signal): Promise<Segment | null> {
    const writer = this.#writers.get(signal);
    if (this.#closed[signal].length === 0 && writer !== undefined) {
      this.#writers.delete(signal);
      await this.#close(signal, writer);
    }
    return this.#closed[signal].shift() ?? null;
  }

  /** Gives back a segment which could not be loaded now. */
  putBack(segment: Segment): void {
    this.#closed[segment.signal].unshift(segment);
  }

  /** The engine has it: forget it. */
  async done(segment: Segment): Promise<void> {
    await unlink(segment.path);
    this.#bytes -= segment.bytes;
  }

  /** A piece which is not wanted now; its segment still has it. */
  async drop(piece: Segment): Promise<void> {
    await unlink(piece.path);
  }

  /**
   * The next single-record segments of a segment the engine refuses, so that one bad request does not hold up the others;
   * none when all are dealt with.
   */
  async split(segment: Segment): Promise<Segment[]> {
    if (!segment.inPieces) await this.pass(segment, 0);
    const { records } = scanRecords(await readFile(segment.path));
    return Promise.all(
      records.slice(segment.passed, segment.passed + PIECES).map(async (record, at) => {
        const index = segment.passed + at;
        const path = `${segment.path}.${index}`;
        const parts = encodeRecord([record]);
        await writeFile(path, Buffer.concat(parts));
        const token = `${segment.token}#${index}`;
        return { ...segment, path, token, bytes: 0, loaded: new Set(segment.loaded) };
      }),
    );
  }

  /** So many more of its pieces are dealt with. The segment says so by its file's name, for a crash. */
  async pass(segment: Segment, pieces: number): Promise<void> {
    const passed = segment.passed + pieces;
    const name = segment.token.replace(/\.pb$/, `.pieces.${[...segment.loaded].join('+')}.${passed}.pb`);
    const path = join(this.#options.dir, name);
    await rename(segment.path, path);
    Object.assign(segment, { path, passed, inPieces: true });
  }

  /** Sets a file aside with the reason beside it; its bytes are no longer waiting. */
  async quarantine(segment: Segment, reason: string): Promise<void> {
    const target = join(this.#options.dir, 'quarantine', basename(segment.path));
    await rename(segment.path, target);
    await writeFile(`${target}.reason.txt`, `${reason}\n`);
    this.#bytes -= segment.bytes;
    this.quarantined += 1;
    this.#options.log.warn({ file: target, reason }, 'request set aside');
  }

  /** Everything appended so far is on disk and closed. */
  async close(): Promise<void> {
    const open = [...this.#writers];
    this.#writers.clear();
    await Promise.all(open.map(([signal, writer]) => this.#close(signal, writer)));
  }

  async #close(signal: Signal, writer: SegmentWriter): Promise<void> {
    try {
      await writer.close();
    } catch (cause) {
      // What was acknowledged is on disk and is replayed at the next start.
      this.#options.log.error({ err: cause, file: writer.path }, 'spool segment could not be closed');
      return;
    }
    const { path, written } = writer;
    if (written === 0) {
      // Nothing in it was acknowledged. A full disk makes one for each request it refuses.
      await unlink(path).catch((cause: NodeJS.ErrnoException) => {
        // Not even made.
        if (cause.code !== 'ENOENT')
          this.#options.log.warn({ err: cause, file: path }, 'empty spool segment stays');
      });
      return;
    }
    this.#closed[signal].push({
      signal,
      path,
      token: basename(path),
      bytes: written,
      marks: writer.marks,
      inPieces: false,
      passed: 0,
      loaded: new Set(),
    });
    this.onData(signal);
  }

  #nextPath(signal: Signal): string {
    this.#sequence += 1;
    const number = String(this.#sequence).padStart(9, '0');
    return join(this.#options.dir, `${signal}-${this.#boot}-${number}.pb`);
  }

  async #recover(path: string): Promise<void> {
    const name = basename(path);
    const token = name.replace(IN_PIECES, '.pb');
    const signal = SIGNALS.find((s) => token.startsWith(`${s}-`));
    if (signal === undefined) return;
    const { size } = await stat(path);
    const { goodBytes } = scanRecords(await readFile(path));
    if (goodBytes < size) {
      this.tornTails += 1;
      this.#options.log.warn({ file: token, cut: size - goodBytes }, 'torn tail cut from a spool segment');
      await this.#keepTail(path, goodBytes);
      await truncate(path, goodBytes);
    }
    if (goodBytes === 0) {
      await unlink(path);
      return;
    }
    this.#bytes += goodBytes;
    const [, loaded, passed] = IN_PIECES.exec(name) ?? [];
    const kinds = loaded?.split('+');
    this.#closed[signal].push({
      ...{ signal, path, token, bytes: goodBytes, marks: ALL_MARKS },
      inPieces: kinds !== undefined,
      passed: Number(passed ?? 0),
      loaded: new Set(METRIC_KINDS.filter((kind) => kinds?.includes(kind))),
    });
  }

  /** A tail was never acknowledged, unless the disk damaged it: it is kept so that a person can look. */
  async #keepTail(path: string, from: number): Promise<void> {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const tail = Buffer.alloc(size - from);
      await handle.read(tail, 0, tail.length, from);
      await writeFile(join(this.#options.dir, 'quarantine', `${basename(path)}.tail`), tail);
    } finally {
      await handle.close();
    }
  }
}
