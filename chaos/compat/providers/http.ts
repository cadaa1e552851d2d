import { ExchangeError, type Request, type Response } from '../http/exchange.ts';
import { header, send, urlOf } from '../http/session.ts';
import { elements, get, item } from '../py/access.ts';
import { activityFailed, invalid, PyError } from '../py/error.ts';
import { parseJson, writeJson } from '../py/json.ts';
import { substitute } from '../py/template.ts';
import { repr, str } from '../py/text.ts';
import { formText } from '../py/urlencode.ts';
import { dictOf, isDict, isNumber, truthy, typeName, type Value } from '../py/value.ts';
import { fillIn, namesIn } from '../scope.ts';
import { isQuiet, type Provider } from './provider.ts';
import { responseText } from './response-text.ts';

/** Calls an address. Any status is a success; only a broken connection and a timeout fail. */
export const httpProvider: Provider = {
  check(activity) {
    const provider = item(activity, 'provider');
    if (!truthy(get(provider, 'url', null))) {
      throw invalid('InvalidActivity', 'a HTTP activity must have a URL');
    }
    const headers = get(provider, 'headers', null);
    if (!truthy(headers) || isDict(headers)) return;
    throw invalid('InvalidActivity', 'a HTTP activities expect headers as a mapping');
  },

  async run(activity, scope, { log, signal }) {
    const provider = item(activity, 'provider');
    const filled = (key: string) => substitute(get(provider, key, null), namesIn(scope));
    const url = str(substitute(item(provider, 'url'), namesIn(scope)));
    const call: Call = {
      url,
      method: upper(get(provider, 'method', 'GET')),
      headers: filled('headers'),
      timeout: filled('timeout'),
      fields: fillIn(get(provider, 'arguments', null), scope),
      verify: truthy(get(provider, 'verify_tls', true)),
    };
    const retries = get(provider, 'max_retries', 0n);
    const response = await answer(call, isNumber(retries) ? Number(retries) : 0, signal);
    if (!isQuiet(activity) && response.status > 399) {
      const hint = 'This may indicate some error and not what you expected. Please have a look at the logs.';
      log('WARNING', `This HTTP call returned a response with a HTTP status code above 400. ${hint}`);
    }
    const isJson = header(response, 'content-type') === 'application/json';
    const body = isJson ? parseJson(new TextDecoder().decode(response.body)) : responseText(response);
    return dictOf({ status: BigInt(response.status), headers: new Map(response.headers), body });
  },
};

interface Call {
  url: string;
  method: string;
  headers: Value;
  timeout: Value;
  fields: Value;
  verify: boolean;
}

async function answer(call: Call, retries: number, signal: AbortSignal): Promise<Response> {
  const request = requestOf(call);
  for (let left = retries; ; left--) {
    try {
      return await send(request, signal);
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      if (error.kind === 'timeout') throw activityFailed('activity took too long to complete');
      if (left <= 0 || signal.aborted) {
        throw activityFailed(`failed to connect to ${call.url}: ${error.message}`);
      }
    }
  }
}

function upper(method: Value): string {
  if (typeof method === 'string') return method.toUpperCase();
  throw new PyError('AttributeError', `'${typeName(method)}' object has no attribute 'upper'`);
}

function requestOf({ url: text, method, headers, timeout, fields, verify }: Call): Request {
  const own = headersOf(headers);
  const url = urlOf(text);
  const isGet = method === 'GET';
  if (isGet) addQuery(url, fields);
  const asJson = isDict(headers) && headers.get('Content-Type') === 'application/json';
  const body = isGet ? null : bodyOf(fields, asJson);
  const isForm = body !== null && !asJson && typeof fields !== 'string';
  const length = body === null ? (isGet || method === 'HEAD' ? [] : ['0']) : [String(body.length)];
  const defaults: [string, string][] = [
    ['Host', url.host],
    ['User-Agent', 'stormglass'],
    ['Accept-Encoding', 'gzip, deflate'],
    ['Accept', '*/*'],
    ['Connection', 'keep-alive'],
    ...(isForm ? [['Content-Type', 'application/x-www-form-urlencoded'] as [string, string]] : []),
    ...length.map((each): [string, string] => ['Content-Length', each]),
    ...credentials(url),
  ];
  const named = new Set(own.map(([name]) => name.toLowerCase()));
  const kept = defaults.filter(([name]) => !named.has(name.toLowerCase()));
  const given = own.flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, value]]));
  return { method, url, headers: [...kept, ...given], body, timeouts: timeoutsOf(timeout), verify };
}

function credentials(url: URL): [string, string][] {
  if (url.username === '') return [];
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return [['Authorization', `Basic ${Buffer.from(pair, 'latin1').toString('base64')}`]];
}

/** Names with their values; `None` takes a default away. */
function headersOf(headers: Value): [string, string | null][] {
  if (!truthy(headers) || !isDict(headers)) return [];
  return [...headers].map(([name, value]) => {
    if (value === null) return [str(name), null];
    if (typeof value !== 'string') {
      const kinds = `must be of type str or bytes, not <class '${typeName(value)}'>`;
      throw new PyError(
        'InvalidHeader',
        `Header part (${repr(value)}) from (${repr(name)}, ${repr(value)}) ${kinds}`,
      );
    }
    if (/^\s|[\r\n]/.test(value)) {
      const message =
        'Invalid leading whitespace, reserved character(s), or return character(s) in header value';
      throw new PyError('InvalidHeader', `${message}: ${repr(value)}`);
    }
    return [str(name), value];
  });
}

function addQuery(url: URL, fields: Value): void {
  if (!truthy(fields)) return;
  const query = typeof fields === 'string' ? fields : formText(pairsOf(fields));
  if (query !== '') url.search = url.search === '' ? query : `${url.search}&${query}`;
}

function bodyOf(fields: Value, asJson: boolean): Uint8Array | null {
  if (asJson) return fields === null ? null : new TextEncoder().encode(writeJson(fields, { ascii: true }));
  if (!truthy(fields)) return null;
  return new TextEncoder().encode(typeof fields === 'string' ? fields : formText(pairsOf(fields)));
}

/** A dictionary, or a list of pairs. */
function pairsOf(fields: Value): [Value, Value][] {
  if (isDict(fields)) return [...fields];
  return elements(fields).map((pair): [Value, Value] => {
    const [key, value, ...more] = elements(pair);
    if (more.length > 0) throw new PyError('ValueError', 'too many values to unpack (expected 2)');
    if (key !== undefined && value !== undefined) return [key, value];
    const got = key === undefined ? 0 : 1;
    throw new PyError('ValueError', `not enough values to unpack (expected 2, got ${got})`);
  });
}

function timeoutsOf(timeout: Value): Request['timeouts'] {
  if (!Array.isArray(timeout)) {
    const both = secondsOf(timeout, 'connect');
    return { connect: both, read: both };
  }
  const [connect = null, read = null] = timeout;
  if (timeout.length === 2) return { connect: secondsOf(connect, 'connect'), read: secondsOf(read, 'read') };
  const shape =
    'Pass a (connect, read) timeout tuple, or a single float to set both timeouts to the same value.';
  throw new PyError('ValueError', `Invalid timeout ${repr(timeout)}. ${shape}`);
}

function secondsOf(value: Value, what: string): number | null {
  if (value === null) return null;
  if (typeof value === 'boolean') {
    throw new PyError('ValueError', 'Timeout cannot be a boolean value. It must be an int, float or None.');
  }
  if (!isNumber(value)) {
    const message = `Timeout value ${what} was ${str(value)}, but it must be an int, float or None.`;
    throw new PyError('ValueError', message);
  }
  if (value > 0) return Number(value);
  const limit = 'cannot be set to a value less than or equal to 0.';
  throw new PyError(
    'ValueError',
    `Attempted to set ${what} timeout to ${str(value)}, but the timeout ${limit}`,
  );
}
