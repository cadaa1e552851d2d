import type { ServerResponse } from 'node:http';
import { StormglassError } from '@stormglass/agents/contract';
import { z } from 'zod';
import type { Log } from '../log.ts';

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

/** A document of the type that its handler has set. */
export function sendDocument(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store' });
  response.end(text);
}

/** Every failure leaves as an ErrorBody; what nobody foresaw is logged whole and told as `internal`. */
export function sendError(response: ServerResponse, error: unknown, log: Log): StormglassError {
  const known = toStormglassError(error);
  if (known.code === 'internal') log.error({ err: error }, 'request failed');
  if (response.headersSent) {
    response.destroy();
    return known;
  }
  // After a refused upload the rest of the body is still on its way; the connection cannot be used again.
  if (known.code === 'payload_too_large') response.setHeader('connection', 'close');
  sendJson(response, known.status, known.toBody());
  return known;
}

export function toStormglassError(error: unknown): StormglassError {
  if (error instanceof StormglassError) return error;
  if (error instanceof z.ZodError) {
    return new StormglassError('invalid_request', z.prettifyError(error), 'Correct the fields named above.', {
      cause: error,
    });
  }
  return new StormglassError(
    'internal',
    'the dashboard failed to answer',
    'Try again; if it stays, look into the log of the dashboard.',
    { cause: error },
  );
}
