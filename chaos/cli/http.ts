import { ErrorBody, StormglassError } from '@stormglass/agents/contract';
import type { z } from 'zod';

/** No answer of the dashboard takes longer, milliseconds; an abort waits for the read-back of its faults. */
const PATIENCE_MS = 15_000;

export interface DashboardOptions {
  /** `http://127.0.0.1:4000` */
  url: string;
  /** Login token, for a dashboard which is not on loopback. */
  token?: string | undefined;
}

export interface Request<T extends z.ZodType> {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  answer: T;
  body?: unknown;
  /** Milliseconds, when it must be quicker than usual. */
  patienceMs?: number;
}

/** The path of one thing: its id may have any letter. */
export const named = (path: string, id: string, more = ''): string =>
  `${path}/${encodeURIComponent(id)}${more}`;

/** Nobody answers at the dashboard's address. */
export class DashboardAway extends StormglassError {
  constructor(url: string, cause: unknown) {
    const next = 'Start it with `npm start`, or name it with --url.';
    super('target_absent', `No dashboard answers at ${url}.`, next, { cause });
  }
}

/** HTTP to one dashboard. Throws StormglassErrors that say what to do next. */
export class Http {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor({ url, token }: DashboardOptions) {
    this.#url = url.replace(/\/+$/, '');
    const login = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#headers = { 'x-stormglass-by': 'command line', ...login };
  }

  async call<T extends z.ZodType>({
    method,
    path,
    answer,
    body,
    patienceMs,
  }: Request<T>): Promise<z.output<T>> {
    const url = `${this.#url}${path}`;
    const response = await fetch(url, {
      method,
      headers: body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(patienceMs ?? PATIENCE_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(this.#absent);
    const json = parseJson(await response.text());
    if (!response.ok) throw refusalOf(response.status, url, json);
    const parsed = answer.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new StormglassError(
      'internal',
      `${url} answered ${response.status} with something this version does not understand.`,
      'Use the command line of the same version as the dashboard.',
      { cause: parsed.error },
    );
  }

  /** A body as it comes: its first bytes take as long as they take. */
  async stream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const url = `${this.#url}${path}`;
    const response = await fetch(url, { headers: this.#headers, signal }).catch(this.#absent);
    if (response.ok && response.body !== null) return response.body;
    throw refusalOf(response.status, url, parseJson(await response.text()));
  }

  readonly #absent = (cause: unknown): never => {
    throw new DashboardAway(this.#url, cause);
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is an answer too (a proxy's page): the caller finds that it has the wrong shape and says so.
    return undefined;
  }
}

function refusalOf(status: number, url: string, json: unknown): StormglassError {
  const known = ErrorBody.safeParse(json);
  if (known.success) return StormglassError.from(known.data);
  return new StormglassError(
    'internal',
    `${url} answered ${status}.`,
    'Is this the URL of a Stormglass dashboard?',
  );
}
