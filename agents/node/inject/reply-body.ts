import type { Span } from '@opentelemetry/api';
import type { BodyChosen } from './call-faults.ts';

/** Longer bodies are not rewritten, bytes. */
const MAX_REWRITTEN = 4 * 1024 * 1024;

type Body = AsyncIterable<Uint8Array>;

/** A reply's body as faults let it come. */
export interface HurtBody {
  body: Body;
  /** Its length when it is another than before, so that headers have to say so. */
  length: number | null;
}

/** Rewrites what is to be rewritten, for which the whole body is awaited, and puts the flows around the rest. */
export async function hurtBody(
  original: Body,
  chosen: readonly BodyChosen[],
  span: Span | undefined,
): Promise<HurtBody> {
  const rewrites = chosen.some(({ effect }) => effect.kind === 'rewrite');
  const known = rewrites ? await gather(original) : { rest: original };
  let body: Body;
  let length: number | null = null;
  if ('whole' in known) {
    const rewritten = rewrite(known.whole, chosen, span);
    if (rewritten !== known.whole) length = rewritten.length;
    body = only(rewritten);
  } else body = known.rest;
  for (const one of chosen) body = flow(body, one, span);
  return { body, length };
}

function rewrite(whole: Buffer, chosen: readonly BodyChosen[], span: Span | undefined): Buffer {
  let bytes = whole;
  for (const one of chosen) {
    if (one.effect.kind !== 'rewrite') continue;
    const next = one.effect.rewrite(bytes);
    const hit = next === null ? null : one.strike(span);
    hit?.done();
    if (hit && next) bytes = next;
  }
  return bytes;
}

function flow(body: Body, one: BodyChosen, span: Span | undefined): Body {
  const { effect, over } = one;
  if (effect.kind !== 'flow') return body;
  return (async function* () {
    let hit: ReturnType<typeof one.strike> = null;
    const strike = () => {
      hit ??= one.strike(span);
      return hit !== null;
    };
    try {
      yield* effect.through(body, over, strike);
    } finally {
      (hit as ReturnType<typeof one.strike>)?.done();
    }
  })();
}

/** The body as one, or what it is when it is too long for that. */
async function gather(body: Body): Promise<{ whole: Buffer } | { rest: Body }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const source = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await source.next();
    if (next.done) return { whole: Buffer.concat(chunks) };
    chunks.push(next.value);
    size += next.value.length;
    if (size > MAX_REWRITTEN) return { rest: resumed(chunks, source) };
  }
}

async function* resumed(chunks: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
  for (;;) {
    const next = await rest.next();
    if (next.done) return;
    yield next.value;
  }
}

export async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
