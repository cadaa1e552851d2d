import { ErrorBody, StormglassError } from '@stormglass/agents/contract';
import type { Answer } from './answers.ts';
import { API, type ApiName } from './api.ts';

export interface RequestOptions {
  /** Values of the `:name` parts of the path. */
  params?: Record<string, string>;
  /** Query string of a GET, JSON body of everything else; `undefined` fields are left out. */
  input?: Record<string, unknown>;
  signal?: AbortSignal;
}

const PATH_PART = /:([a-zA-Z]+)/g;

/** The address of one API call, relative to this origin. */
export function requestUrl(name: ApiName, { params = {}, input = {} }: RequestOptions = {}): string {
  const row = API[name];
  const path = row.path.replace(PATH_PART, (_, part: string) => encodeURIComponent(params[part] ?? ''));
  if (row.method !== 'GET') return path;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(input)) {
    if (value !== undefined)
      query.set(key, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

function unreadable(response: Response, cause: unknown): StormglassError {
  return new StormglassError(
    'internal',
    `The dashboard's answer (${response.status}) cannot be read.`,
    'Look at the output of `npm start`, then try again.',
    { cause },
  );
}

async function toError(response: Response): Promise<StormglassError> {
  try {
    return StormglassError.from(ErrorBody.parse(await response.json()));
  } catch (cause) {
    return unreadable(response, cause);
  }
}

/** Sends one call; resolves to an answer that is a 2xx. */
async function send(name: ApiName, options: RequestOptions): Promise<Response> {
  const row = API[name];
  const init: RequestInit = { method: row.method, headers: { accept: 'application/json' } };
  if (row.method === 'POST') {
    init.body = JSON.stringify(options.input ?? {});
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  if (options.signal) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(requestUrl(name, options), init);
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw gone(cause);
  }
  if (!response.ok) throw await toError(response);
  return response;
}

function gone(cause: unknown): StormglassError {
  return new StormglassError(
    'store_unavailable',
    'The dashboard does not answer.',
    'Check that `npm start` is still running; this page goes on by itself when it is back.',
    { cause },
  );
}

/**
 * One call of the HTTP API, by its name in the table. Throws StormglassError whatever goes wrong, so that a page can
 * always show a code, a message and the next step.
 */
export async function request<N extends ApiName>(name: N, options: RequestOptions = {}): Promise<Answer<N>> {
  const response = await send(name, options);
  try {
    return (await response.json()) as Answer<N>;
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw unreadable(response, cause);
  }
}

/** The lines of a call that streams (`lines` in the table), as text, a chunk's at a time. Throws as `request`. */
export async function* requestLines(name: ApiName, options: RequestOptions = {}): AsyncGenerator<string[]> {
  const response = await send(name, options);
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const lines = (rest + read.value).split('\n');
      rest = lines.pop() ?? '';
      yield lines;
    }
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw gone(cause);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  if (rest !== '') yield [rest];
}
