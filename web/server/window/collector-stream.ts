import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { LiveLine } from '@stormglass/agents/contract';
import type { Log } from '../log.ts';
import type { Time } from '../time.ts';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 3_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** A line longer than this is not one of ours; the connection starts anew. */
const MAX_LINE_CHARS = 8 * 1024 * 1024;

export interface CollectorAddress {
  /** Base URL of the collector's query port. */
  url: string;
  password: string;
}

export interface StreamListener {
  /** The stream stands; lines follow. */
  connected(): void;
  disconnected(problem: string): void;
  line(line: LiveLine): void;
  /** A line that does not parse; it is skipped. */
  refused(): void;
}

/** The headers by which the collector knows us. */
export function collectorHeaders(address: CollectorAddress): Record<string, string> {
  return { 'x-clickhouse-user': 'stormglass', 'x-clickhouse-key': address.password };
}

/** Follows `GET /live` of the collector for as long as it is open, reconnecting with backoff. */
export function followCollector(
  address: CollectorAddress,
  listener: StreamListener,
  time: Time,
  log: Log,
): () => void {
  let closed = false;
  let wait = FIRST_RETRY_MS;
  let drop: () => void = () => undefined;
  let cancelRetry: () => void = () => undefined;

  const lost = (problem: string) => {
    drop = () => undefined;
    if (closed) return;
    log.warn({ problem, retryInMs: wait }, 'live stream of the collector is down');
    listener.disconnected(problem);
    cancelRetry = time.after(wait, connect);
    wait = Math.min(wait * 2, MAX_RETRY_MS);
  };
  const connect = () => {
    drop = openStream(address, {
      open: () => {
        wait = FIRST_RETRY_MS;
        listener.connected();
      },
      text: (line) => {
        const parsed = parseLine(line);
        if (parsed) listener.line(parsed);
        else listener.refused();
      },
      end: lost,
    });
  };
  connect();
  return () => {
    closed = true;
    cancelRetry();
    drop();
  };
}

function parseLine(text: string): LiveLine | null {
  try {
    return LiveLine.parse(JSON.parse(text));
  } catch {
    // Counted by the listener: one bad line must not end the stream.
    return null;
  }
}

interface Events {
  open(): void;
  text(line: string): void;
  /** Exactly once. */
  end(problem: string): void;
}

function openStream(address: CollectorAddress, events: Events): () => void {
  const url = new URL('/live', address.url);
  let over = false;
  const end = (problem: string) => {
    if (over) return;
    over = true;
    call.destroy();
    events.end(problem);
  };
  const call = (url.protocol === 'https:' ? secureRequest : request)(url, {
    headers: collectorHeaders(address),
    timeout: CONNECT_TIMEOUT_MS,
  });
  call.on('timeout', () => end('no answer'));
  call.on('error', (error) => end(error.message));
  call.on('response', (response) => {
    if (response.statusCode !== 200) return end(`the collector answered ${response.statusCode}`);
    call.setTimeout(0);
    events.open();
    readLines(response, events.text, end);
  });
  call.end();
  return () => {
    over = true;
    call.destroy();
  };
}

function readLines(
  response: IncomingMessage,
  line: (text: string) => void,
  end: (problem: string) => void,
): void {
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim() !== '') line(part);
    if (rest.length > MAX_LINE_CHARS) end('a line without end');
  });
  response.on('error', (error) => end(error.message));
  response.on('close', () => end('the collector closed the stream'));
}
