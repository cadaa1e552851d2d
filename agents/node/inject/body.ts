import type { Dispatcher } from 'undici';

type Body = Dispatcher.DispatchOptions['body'];
type Bytes = string | Buffer | Uint8Array | null;

/** Whether a request with that body can be sent later, or again. A stream or a form cannot: it is its sender's. */
export function canRepeat(body: Body): boolean {
  return isBytes(body) || isIterable(body);
}

/** The body as bytes. What the global `fetch` hands on is an iterable of chunks. */
export async function repeatable(body: Body): Promise<Bytes> {
  if (isBytes(body)) return body ?? null;
  if (!isIterable(body)) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

function isBytes(body: Body): body is Bytes | undefined {
  return body === undefined || body === null || typeof body === 'string' || body instanceof Uint8Array;
}

/** No stream: that would have to be read with its own means, by whoever owns it. */
function isIterable(body: unknown): body is AsyncIterable<Uint8Array | string> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body && !('pipe' in body);
}
