import { createReadStream } from 'node:fs';
import { StormglassError } from '../../../contract/errors.ts';
import { SIGNALS, type Signal } from '../../wire/signals.ts';
import type { RecordingHead } from './head.ts';

/** What is known of one line of a recording, so that it can be read again when its turn comes. */
export interface RecordedLine {
  number: number;
  offset: number;
  length: number;
  signal: Signal;
  /** Spans, log records or metrics in it. */
  items: number;
  /** When its last item was over, epoch nanoseconds: the moment at which it would have been sent. Null: it has no time. */
  time: bigint | null;
}

/** A request of this size is refused by every receiver, so no line is longer. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;
/** Names of the three lists of a request, outermost first, by signal. */
const LISTS: Record<Signal, readonly [string, string, string]> = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
};

/**
 * Instants as they stand in a line, in both spellings of OTLP JSON. They are found and moved in the text itself: a number
 * of that size would lose its last digits as a JavaScript number, and nothing else of the line may change.
 */
const INSTANT =
  /"(startTimeUnixNano|endTimeUnixNano|timeUnixNano|observedTimeUnixNano|start_time_unix_nano|end_time_unix_nano|time_unix_nano|observed_time_unix_nano)"(\s*:\s*"?)(\d+)/g;

export interface Recording {
  lines: RecordedLine[];
  /** The experiment's run that was recorded, as its line says it; null where there is none. */
  run: unknown;
  /** Whether it has a head, as an export of ours has. */
  isOurs: boolean;
}

/** Reads a whole file of OTLP JSON lines and checks each of them, before anything is sent. Empty lines are skipped. */
export async function scanRecording(file: string): Promise<Recording> {
  const found: Recording = { lines: [], run: null, isOurs: false };
  let number = 0;
  for await (const { offset, bytes } of linesOf(file)) {
    number += 1;
    const text = bytes.toString('utf8');
    if (text.trim() === '') continue;
    const line = understand(text, number, file);
    if ('run' in line) {
      found.run ??= line.run;
      found.isOurs = true;
    } else found.lines.push({ ...line, number, offset, length: bytes.length, time: lastInstant(text) });
  }
  return found;
}

async function* linesOf(file: string): AsyncGenerator<{ offset: number; bytes: Buffer }> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield { offset, bytes: rest.subarray(0, end) };
      offset += end + 1;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MAX_LINE_BYTES) {
      throw new StormglassError(
        'invalid_request',
        `${file}: a line has more than ${MAX_LINE_BYTES} bytes.`,
        'Write one export request a line.',
      );
    }
  }
  if (rest.length > 0) yield { offset, bytes: rest };
}

type Understood = Pick<RecordedLine, 'signal' | 'items'> | { run: unknown };

function understand(text: string, number: number, file: string): Understood {
  const wrong = (why: string, cause?: unknown) =>
    new StormglassError(
      'invalid_request',
      `${file}:${number}: ${why}.`,
      'Each line must be an OTLP export request in JSON: {"resourceSpans":[...]}, resourceLogs or resourceMetrics.',
      { cause },
    );
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch (cause) {
    throw wrong(`not JSON, ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  const head = (request as Partial<RecordingHead> | null)?.stormglassRecording;
  if (head !== undefined) return { run: head.run ?? null };
  const signal = SIGNALS.find((name) => listAt(request, LISTS[name][0]) !== undefined);
  if (signal === undefined) throw wrong('no export request');
  const [groups, scopes, items] = LISTS[signal];
  const count = (listAt(request, groups) ?? [])
    .flatMap((group) => listAt(group, scopes) ?? [])
    .reduce<number>((sum, scope) => sum + (listAt(scope, items)?.length ?? 0), 0);
  return { signal, items: count };
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function listAt(value: unknown, name: string): unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const list = fields.get(name) ?? fields.get(snake(name));
  return Array.isArray(list) ? list : undefined;
}

function lastInstant(text: string): bigint | null {
  let last = 0n;
  for (const [, , , digits] of text.matchAll(INSTANT)) {
    const instant = BigInt(digits ?? 0);
    if (instant > last) last = instant;
  }
  return last === 0n ? null : last;
}

/** The line with every instant moved by so many nanoseconds; 0 means "no time" and stays. */
export function moveInstants(text: string, by: bigint): string {
  if (by === 0n) return text;
  return text.replace(INSTANT, (_all, name: string, between: string, digits: string) => {
    const instant = BigInt(digits);
    return `"${name}"${between}${instant === 0n ? instant : instant + by}`;
  });
}
