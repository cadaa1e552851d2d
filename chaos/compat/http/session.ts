import { PyError } from '../py/error.ts';
import { exchange, type Request, type Response } from './exchange.ts';

const MOST_REDIRECTS = 30;
const REDIRECTS = [301, 302, 303, 307, 308];

/** Sends a request as the library of the reference does: follows redirects, keeps cookies, drops what must not travel on. */
export async function send(first: Request, signal: AbortSignal): Promise<Response> {
  const cookies = new Map<string, string>();
  let request = first;
  for (let hops = 0; ; hops++) {
    const response = await exchange(withCookies(request, cookies), signal);
    keepCookies(response, cookies);
    const location = header(response, 'location');
    if (location === undefined || !REDIRECTS.includes(response.status)) return response;
    if (hops >= MOST_REDIRECTS)
      throw new PyError('TooManyRedirects', `Exceeded ${MOST_REDIRECTS} redirects.`);
    request = redirected(request, response.status, location);
  }
}

export function header(response: Response, name: string): string | undefined {
  for (const [key, value] of response.headers) if (key.toLowerCase() === name) return value;
  return undefined;
}

function redirected(request: Request, status: number, location: string): Request {
  const url = urlOf(location, request.url);
  const method = methodAfter(request.method, status);
  const keepsBody = status === 307 || status === 308;
  const dropped = [
    ...(keepsBody ? [] : ['content-length', 'content-type', 'transfer-encoding']),
    ...(url.host === request.url.host ? [] : ['authorization']),
    'host',
  ];
  const headers = request.headers.filter(([name]) => !dropped.includes(name.toLowerCase()));
  const body = keepsBody ? request.body : null;
  return { ...request, url, method, body, headers: [['Host', url.host], ...headers] };
}

function methodAfter(method: string, status: number): string {
  if (status === 303 && method !== 'HEAD') return 'GET';
  if (status === 302 && method !== 'HEAD') return 'GET';
  return status === 301 && method === 'POST' ? 'GET' : method;
}

/** An address as the reference takes it: a scheme is needed, and it has to be HTTP. */
export function urlOf(text: string, base?: URL): URL {
  if (base === undefined && !/^\s*[a-z][a-z0-9+.-]*:/i.test(text)) {
    const hint = `No scheme supplied. Perhaps you meant https://${text}?`;
    throw new PyError('MissingSchema', `Invalid URL '${text}': ${hint}`);
  }
  const url = URL.parse(text.trim(), base);
  if (url === null) throw new PyError('InvalidURL', `Invalid URL '${text}'`);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new PyError('InvalidSchema', `No connection adapters were found for '${text}'`);
}

function withCookies(request: Request, cookies: Map<string, string>): Request {
  if (cookies.size === 0 || request.headers.some(([name]) => name.toLowerCase() === 'cookie')) return request;
  const value = [...cookies].map(([name, each]) => `${name}=${each}`).join('; ');
  return { ...request, headers: [...request.headers, ['Cookie', value]] };
}

function keepCookies(response: Response, cookies: Map<string, string>): void {
  for (const each of (header(response, 'set-cookie') ?? '').split(/,(?=[^;,]+=)/)) {
    const [, name, value] = /^\s*([^=;\s]+)=([^;]*)/.exec(each) ?? [];
    if (name !== undefined && value !== undefined) cookies.set(name, value);
  }
}
