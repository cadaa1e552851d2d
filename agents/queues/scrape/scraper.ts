import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { keepDoing } from '../rounds.ts';
import { HystrixStream } from './hystrix.ts';
import { movesToOtlp, toOtlp } from './otlp.ts';
import { parseMetrics } from './parse.ts';

/** A Prometheus endpoint, and the service whose metrics it shows. */
export interface Target {
  service: string;
  url: string;
}

export interface ScraperOptions {
  targets: readonly Target[];
  everyMs: number;
  /** Base URL of OTLP/HTTP, and headers for it. */
  otlp: { url: string; headers: Record<string, string> };
  log: Logger;
  /** Ends it. */
  down: AbortSignal;
}

const PATIENCE_MS = 5_000;
/** Hystrix sends a ping every few seconds at the least. */
const SILENCE_MS = 30_000;
const MAX_BYTES = 16 * 1024 * 1024;
const ACCEPT = 'text/plain;version=0.0.4;q=1,*/*;q=0.1';

/** `name=url,name=url`; throws with the part that cannot be read. */
export function parseTargets(text: string): Target[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      const [service, url] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
      if (at < 1 || !/^https?:/.test(url) || !URL.canParse(url))
        throw new Error(`${part} is no target; write payments=http://host:8080/metrics`);
      return { service, url };
    });
}

/** Hystrix' dashboards know its stream by this end of the path. */
const isStream = ({ url }: Target) => new URL(url).pathname.endsWith('.stream');

/** Reads each target again and again, each by itself, and sends what it says to the collector. */
export function startScraping(options: ScraperOptions): void {
  const { everyMs, log, down } = options;
  for (const target of options.targets) {
    const once = isStream(target) ? listen : scrape;
    const onTrouble = (error: unknown) => {
      if (error === null) log.info({ target }, 'the target can be scraped again');
      else log.warn({ err: error, target }, 'the target cannot be scraped, trying on');
    };
    void keepDoing(() => once(target, options), { everyMs, down, onTrouble });
  }
}

/** One round: fetch, parse, send. */
export async function scrape(
  { service, url }: Target,
  { otlp, down }: Pick<ScraperOptions, 'otlp' | 'down'>,
): Promise<void> {
  const signal = AbortSignal.any([down, AbortSignal.timeout(PATIENCE_MS)]);
  const answer = await fetch(url, { headers: { accept: ACCEPT }, signal });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const at = Date.now();
  await send(otlp, 'metrics', toOtlp(service, parseMetrics(await limitedText(answer)), at), signal);
}

/** An event stream of Hystrix, to its end; what it says is sent at the pace of scraping. */
async function listen({ service, url }: Target, options: ScraperOptions): Promise<void> {
  const { everyMs, otlp, down } = options;
  const silence = new AbortController();
  const signal = AbortSignal.any([down, silence.signal]);
  const watch = setTimeout(() => silence.abort(new Error(`${url} is silent`)), SILENCE_MS);
  try {
    const answer = await fetch(url, { headers: { accept: 'text/event-stream' }, signal });
    if (!answer.ok || answer.body === null) throw new Error(`${url} answered ${answer.status}`);
    const stream = new HystrixStream();
    let sentAt = Number.NEGATIVE_INFINITY;
    for await (const line of createInterface({ input: Readable.fromWeb(answer.body) })) {
      watch.refresh();
      stream.line(line);
      const now = performance.now();
      if (now - sentAt < everyMs) continue;
      const moves = stream.moves();
      const said = stream.take(now);
      if (said.length === 0) continue;
      sentAt = now;
      await send(otlp, 'metrics', toOtlp(service, said, Date.now()), signal);
      if (moves.length > 0) await send(otlp, 'logs', movesToOtlp(service, moves, Date.now()), signal);
    }
  } finally {
    clearTimeout(watch);
  }
}

async function send(
  otlp: ScraperOptions['otlp'],
  what: 'metrics' | 'logs',
  request: object,
  signal: AbortSignal,
): Promise<void> {
  const sent = await fetch(`${otlp.url}/v1/${what}`, {
    method: 'POST',
    headers: { ...otlp.headers, 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal,
  });
  const said = await sent.text();
  if (!sent.ok) throw new Error(`the collector answered ${sent.status}: ${said.slice(0, 500)}`);
}

async function limitedText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`${answer.url} has more than ${MAX_BYTES} bytes of metrics`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
