import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StormglassError } from '../../../contract/errors.ts';
import type { Signal } from '../../wire/signals.ts';
import { RECORDED_HEADER } from './head.ts';
import { moveInstants, type RecordedLine, scanRecording } from './scan.ts';
import { type Receiver, sendRequest, type Taken } from './send.ts';

/** `max`: as fast as it is taken; a number: that many recorded seconds in a second. */
export type Speed = number | 'max';

export interface ImportOptions {
  file: string;
  to: Receiver;
  speed: Speed;
  /** Moves all instants so that the recording happens now. */
  shiftToNow: boolean;
  /** Ends the import early, without an error. */
  interrupted: AbortSignal;
}

export interface Imported {
  lines: number;
  /** Spans, log records and metrics sent. */
  items: Record<Signal, number>;
  /** Those the receiver did not take; of metrics, their data points. */
  rejected: number;
  /** Why, in the receiver's words: the first few that differ. */
  reasons: string[];
  /** The newest instant of the recording, epoch milliseconds; null when it has none. */
  newestMs: number | null;
  /** The experiment's run that was recorded; null where there is none. */
  run: unknown;
}

const MAX_REASONS = 5;

const AT_ONCE = 8;
const NS_PER_MS = 1_000_000n;

/** When a line is to be sent, in milliseconds after the start, and by how much its instants move. */
export interface Turn {
  line: RecordedLine;
  afterMs: number;
  moveNs: bigint;
}

/**
 * Lines in the order of their instants. At a speed, a line is sent when its last item was over, gaps divided by the speed;
 * shifted to now, each line then ends at the moment it is sent: spans keep their lengths, only the time between lines
 * changes. At full speed all move by the same amount, and the recording ends now.
 */
export function schedule(
  lines: readonly RecordedLine[],
  { speed, shiftToNow, nowMs }: { speed: Speed; shiftToNow: boolean; nowMs: number },
): Turn[] {
  const times = lines.flatMap(({ time }) => (time === null ? [] : [time])).sort(byValue);
  const first = times[0] ?? 0n;
  const last = times.at(-1) ?? 0n;
  const now = BigInt(Math.floor(nowMs)) * NS_PER_MS;
  const ordered = lines.toSorted((a, b) => byValue(a.time ?? first, b.time ?? first) || a.number - b.number);
  return ordered.map((line) => {
    const time = line.time ?? first;
    const afterMs = speed === 'max' ? 0 : Number(time - first) / 1e6 / speed;
    const sent = now + BigInt(Math.round(afterMs * 1e6));
    const moveNs = speed === 'max' ? now - last : sent - time;
    return { line, afterMs, moveNs: shiftToNow ? moveNs : 0n };
  });
}

const byValue = (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b));

/** Sends a recording to an OTLP receiver. The whole file is checked first; errors say the line. */
export async function importRecording(options: ImportOptions): Promise<Imported> {
  const { file, speed, shiftToNow, interrupted } = options;
  const imported: Imported = {
    ...{ lines: 0, items: { traces: 0, logs: 0, metrics: 0 }, rejected: 0, reasons: [] },
    ...{ newestMs: null, run: null },
  };
  const handle = await open(file).catch((cause: unknown) => {
    throw new StormglassError('invalid_request', `${file} cannot be read.`, 'Name an existing file.', {
      cause,
    });
  });
  const failed = new AbortController();
  const stop = AbortSignal.any([interrupted, failed.signal]);
  try {
    const { lines, run, isOurs } = await scanRecording(file);
    const to = isOurs ? { ...options.to, headers: { [RECORDED_HEADER]: '1' } } : options.to;
    imported.run = run;
    const turns = schedule(lines, { speed, shiftToNow, nowMs: Date.now() });
    const newest = turns.findLast(({ line }) => line.time !== null)?.line.time;
    if (typeof newest === 'bigint') imported.newestMs = Number(newest / NS_PER_MS);
    const began = performance.now();
    const queue = turns.values();
    const worker = async () => {
      for (const { line, afterMs, moveNs } of queue) {
        const wait = began + afterMs - performance.now();
        if (wait > 0) await sleep(wait, undefined, { signal: stop });
        stop.throwIfAborted();
        const body = moveInstants(await read(handle, line), moveNs);
        const taken = await sendRequest(to, line.signal, body, stop).catch(atLine(file, line));
        note(imported, taken);
        imported.lines += 1;
        imported.items[line.signal] += line.items;
      }
    };
    const workers = Array.from({ length: AT_ONCE }, () =>
      worker().catch((error: unknown) => {
        if (!interrupted.aborted) failed.abort(error);
      }),
    );
    await Promise.all(workers);
    failed.signal.throwIfAborted();
    return imported;
  } finally {
    await handle.close();
  }
}

function note(imported: Imported, { rejected, message }: Taken): void {
  imported.rejected += rejected;
  // The same reason comes with another count from each line.
  const reason = message.replace(/\b\d+ (?=spans|log records|data points)/g, '');
  const { reasons } = imported;
  if (reason !== '' && reasons.length < MAX_REASONS && !reasons.includes(reason)) reasons.push(reason);
}

async function read(handle: FileHandle, { offset, length }: RecordedLine): Promise<string> {
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, offset);
  return bytes.toString('utf8');
}

function atLine(file: string, line: RecordedLine) {
  return (error: unknown): never => {
    if (!(error instanceof StormglassError)) throw error;
    throw new StormglassError(error.code, `${file}:${line.number}: ${error.message}`, error.next, {
      cause: error,
    });
  };
}
