import { createReadStream } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { ServerAddress } from './settings.ts';

const MAX_SOCKETS = 24;
/** Without a byte from the server; longer than any query or load is let run. */
const SILENCE_MS = 120_000;
/** Of a statement that takes long. A server that is gone is noticed by TCP, a minute after it went. */
const LONG_SILENCE_MS = 6 * 3_600_000;
const PROBE_AFTER_MS = 60_000;

/** The server's own word on a statement. */
export class ClickHouseServerError extends Error {
  readonly clickhouseCode: number;

  constructor(code: number, text: string) {
    super(text);
    this.name = 'ClickHouseServerError';
    this.clickhouseCode = code;
  }
}

/** No answer, or one that is not ClickHouse's: whether the statement was executed is not known. */
export class NoAnswerError extends Error {
  constructor(url: URL, detail: string, options?: ErrorOptions) {
    super(
      `Code: 210. DB::Exception: the ClickHouse server at ${url.host} cannot be reached: ${detail} (NETWORK_ERROR)`,
      options,
    );
    this.name = 'NoAnswerError';
  }
}

export interface Statement {
  sql: string;
  /** Settings and parameters of ClickHouse's HTTP interface. */
  params: Readonly<Record<string, string>>;
  /** Path of a file whose bytes follow the SQL. */
  body?: string | undefined;
  /** It goes on at the server when nobody waits any more, and must not be sent again meanwhile: it is waited for. */
  takesLong?: boolean;
  signal?: AbortSignal | undefined;
}

/** ClickHouse over HTTP. The SQL is the body's beginning: proxies bound the length of a URL, and a load's is 50 KB. */
export class ClickHouseHttp {
  readonly #address: ServerAddress;
  readonly #silenceMs: number;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(address: ServerAddress, silenceMs = SILENCE_MS) {
    this.#address = address;
    this.#silenceMs = silenceMs;
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
    const { ca } = address;
    this.#agent =
      address.url.protocol === 'https:'
        ? new HttpsAgent({ ...options, ...(ca === undefined ? {} : { ca }) })
        : new HttpAgent(options);
  }

  get address(): ServerAddress {
    return this.#address;
  }

  /** The whole answer. The server holds it back until it is complete, so an error is never found in the middle of rows. */
  async send(statement: Statement): Promise<Uint8Array> {
    const response = await this.#request(statement).catch((cause: unknown) => {
      throw this.#noAnswer(cause, statement.signal);
    });
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer);
    } catch (cause) {
      throw this.#noAnswer(cause, statement.signal);
    }
    const bytes = Buffer.concat(chunks);
    const code = response.headers['x-clickhouse-exception-code'];
    if (code !== undefined) throw new ClickHouseServerError(Number(code), bytes.toString().trim());
    if (response.statusCode !== 200) {
      throw new NoAnswerError(this.#address.url, `status ${response.statusCode}, not from ClickHouse`);
    }
    return bytes;
  }

  close(): void {
    this.#agent.destroy();
  }

  #request({ sql, params, body, takesLong, signal }: Statement): Promise<IncomingMessage> {
    const { url, user, password } = this.#address;
    const target = new URL(url);
    for (const [name, value] of Object.entries(params)) target.searchParams.set(name, value);
    const silenceMs = takesLong ? LONG_SILENCE_MS : this.#silenceMs;
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(target, {
        method: 'POST',
        agent: this.#agent,
        headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/octet-stream' },
        timeout: silenceMs,
        ...(signal === undefined ? {} : { signal }),
      });
      request.once('response', resolve);
      request.once('error', reject);
      request.setSocketKeepAlive(true, PROBE_AFTER_MS);
      request.once('timeout', () => request.destroy(new Error(`no byte within ${silenceMs} ms`)));
      if (body === undefined) request.end(sql);
      else {
        request.write(`${sql}\n`);
        pipeline(createReadStream(body), request).catch(reject);
      }
    });
  }

  #noAnswer(cause: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    return new NoAnswerError(this.#address.url, code ?? message, { cause });
  }
}
