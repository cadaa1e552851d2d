import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';

/** One HTTP request, redirects not followed. */
export interface Request {
  method: string;
  url: URL;
  headers: [string, string][];
  body: Uint8Array | null;
  /** Seconds; null waits for ever. */
  timeouts: { connect: number | null; read: number | null };
  verify: boolean;
}

export interface Response {
  status: number;
  /** In the order and the case in which they came; equal names are joined. */
  headers: Map<string, string>;
  body: Uint8Array;
}

/** How the exchange failed. An answer that stops halfway counts as a broken connection, as in the reference. */
export class ExchangeError extends Error {
  readonly kind: 'connection' | 'timeout';

  constructor(kind: ExchangeError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export async function exchange(request: Request, signal: AbortSignal): Promise<Response> {
  const message = await answerOf(request, signal);
  const raw = await bodyOf(message, request.timeouts.read);
  const headers = headersOf(message.rawHeaders);
  const encoding = message.headers['content-encoding'] ?? '';
  return { status: message.statusCode ?? 0, headers, body: await unpacked(raw, encoding) };
}

function answerOf(request: Request, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body, timeouts, verify } = request;
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = start(url, {
      ...{ method, agent: false, signal, rejectUnauthorized: verify },
      headers: headers.flat(),
      setHost: false,
    });
    const late = (kind: ExchangeError['kind'], what: string) => () =>
      outgoing.destroy(new ExchangeError(kind, what));
    const connecting = alarm(timeouts.connect, late('connection', 'connect timeout'));
    let reading: Alarm | undefined;
    outgoing.once('socket', (socket) => {
      const connected = () => {
        connecting.stop();
        reading = alarm(timeouts.read, late('timeout', 'read timeout'));
      };
      if (socket.connecting) socket.once('connect', connected);
      else connected();
    });
    const settled = () => {
      connecting.stop();
      reading?.stop();
    };
    outgoing.once('response', (message) => {
      settled();
      resolve(message);
    });
    outgoing.once('error', (error) => {
      settled();
      const known = error instanceof ExchangeError;
      reject(known ? error : new ExchangeError('connection', error.message, { cause: error }));
    });
    outgoing.end(body ?? undefined);
  });
}

interface Alarm {
  stop(): void;
}

/** What has arrived by now still counts: on a busy machine a timer is served before the socket that was in time. */
function alarm(seconds: number | null, ring: () => void): Alarm {
  if (seconds === null) return { stop: () => undefined };
  let on = true;
  const timer = setTimeout(() => setImmediate(() => on && ring()), seconds * 1000);
  return {
    stop: () => {
      on = false;
      clearTimeout(timer);
    },
  };
}

async function bodyOf(message: IncomingMessage, patience: number | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const late = () => message.destroy(new ExchangeError('connection', 'read timeout'));
  let reading = alarm(patience, late);
  try {
    for await (const chunk of message) {
      reading.stop();
      chunks.push(chunk);
      reading = alarm(patience, late);
    }
  } catch (error) {
    if (error instanceof ExchangeError) throw error;
    throw new ExchangeError('connection', error instanceof Error ? error.message : String(error));
  } finally {
    reading.stop();
    message.destroy();
  }
  return Buffer.concat(chunks);
}

function headersOf(raw: string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2);
    const same = [...headers.keys()].find((each) => each.toLowerCase() === name.toLowerCase());
    if (same === undefined) headers.set(name, value);
    else headers.set(same, `${headers.get(same)}, ${value}`);
  }
  return headers;
}

const UNPACK: Record<string, (body: Uint8Array) => Promise<Uint8Array>> = {
  gzip: promisify<Uint8Array, Uint8Array>(gunzip),
  br: promisify<Uint8Array, Uint8Array>(brotliDecompress),
  zstd: promisify<Uint8Array, Uint8Array>(zstdDecompress),
  deflate: (body) =>
    promisify<Uint8Array, Uint8Array>(((body[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw)(body),
};

async function unpacked(body: Uint8Array, encodings: string): Promise<Uint8Array> {
  let out = body;
  for (const name of encodings.split(',').toReversed()) {
    const unpack = UNPACK[name.trim().toLowerCase()];
    if (unpack !== undefined && out.length > 0) out = await unpack(out);
  }
  return out;
}
