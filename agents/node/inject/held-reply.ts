import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import type { Span } from '@opentelemetry/api';
import type { CallEffect } from './call/index.ts';
import type { BodyChosen } from './call-faults.ts';
import { type Outlet, pump } from './pump.ts';
import { hurtBody } from './reply-body.ts';

type Answer = Extract<CallEffect, { kind: 'answer' }>;

/** What becomes of a reply that was held back. */
type Fate =
  | Answer
  | { kind: 'send'; chosen: readonly BodyChosen[]; span: Span | undefined }
  /** The connection is no more. */
  | { kind: 'gone' };

const HELD = ['writeHead', 'write', 'end', 'flushHeaders'] as const;

/**
 * Keeps what a handler answers, from its first word on, until `decide` has said what becomes of it. The handler sees a slow
 * connection.
 */
export function holdReply(response: ServerResponse, decide: () => Promise<Fate>): void {
  const body = new PassThrough();
  const outlet: Outlet = { write: response.write.bind(response), end: response.end.bind(response) };
  const before = HELD.map((name) => Object.getOwnPropertyDescriptor(response, name));
  const release = (...names: (typeof HELD)[number][]) => {
    for (const name of names) {
      const own = before[HELD.indexOf(name)];
      if (own) Object.defineProperty(response, name, own);
      else Reflect.deleteProperty(response, name);
    }
  };
  let head: unknown[] | null = null;
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    const settle = async () => {
      const fate = await decide();
      release('writeHead', 'flushHeaders');
      if (fate.kind === 'gone') return void body.resume();
      if (fate.kind === 'answer') {
        body.resume();
        return answerWith(response, outlet, fate);
      }
      await send(response, outlet, head, body, fate);
    };
    // The handler may write more in this turn: with all of it at hand, a short reply keeps its length.
    setImmediate(() => settle().catch((error: unknown) => response.destroy(asError(error))));
  };
  body.on('drain', () => response.emit('drain'));
  response.once('close', () => body.destroy());
  Object.assign(response, {
    writeHead: (...args: unknown[]) => {
      head = args;
      if (typeof args[0] === 'number') response.statusCode = args[0];
      begin();
      return response;
    },
    flushHeaders: begin,
    write: (...args: Parameters<PassThrough['write']>) => {
      begin();
      return body.write(...args);
    },
    end: (...args: Parameters<PassThrough['end']>) => {
      begin();
      body.end(...args);
      return response;
    },
  });
}

async function send(
  response: ServerResponse,
  outlet: Outlet,
  head: unknown[] | null,
  held: PassThrough,
  { chosen, span }: Extract<Fate, { kind: 'send' }>,
): Promise<void> {
  const whole = held.writableEnded ? held.readableLength + held.writableLength : null;
  const { body, length } = await hurtBody(held, chosen, span);
  // As the head the handler named, then what follows from its body.
  if (head) setHead(response, head);
  const known = length ?? (response.hasHeader('transfer-encoding') ? null : whole);
  if (length !== null || (known !== null && !response.hasHeader('content-length') && hasBody(response))) {
    response.setHeader('content-length', known ?? 0);
  }
  await pump(response, outlet, body);
}

/** `writeHead(status, message?, headers?)`, as headers that can still be changed. */
function setHead(response: ServerResponse, [status, second, third]: unknown[]): void {
  if (typeof status === 'number') response.statusCode = status;
  if (typeof second === 'string') response.statusMessage = second;
  const headers = typeof second === 'string' ? third : (second ?? third);
  if (Array.isArray(headers)) {
    const flat: unknown[] = headers.flat();
    for (let i = 0; i + 1 < flat.length; i += 2) response.appendHeader(String(flat[i]), String(flat[i + 1]));
  } else if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, value);
    }
  }
}

function hasBody({ statusCode }: ServerResponse): boolean {
  return statusCode >= 200 && statusCode !== 204 && statusCode !== 304;
}

/** Answers in the handler's place; whatever it had set is dropped. */
export function answerWith(
  response: ServerResponse,
  outlet: Outlet,
  { status, headers, body }: Answer,
): void {
  if (response.headersSent || response.destroyed) return;
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  outlet.end(body);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
