import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate, type ZlibOptions, zstdDecompress } from 'node:zlib';
import { StormglassError } from '../../contract/errors.ts';

const unpackers: Record<string, (input: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>> = {
  gzip: promisify(gunzip) as (input: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>,
  'x-gzip': promisify(gunzip) as (input: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>,
  deflate: promisify(inflate) as (input: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>,
  zstd: promisify(zstdDecompress) as (input: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>,
};

function tooLarge(maxBytes: number): StormglassError {
  return new StormglassError(
    'payload_too_large',
    `The request has more than ${maxBytes} bytes after decompression.`,
    'Send smaller batches.',
  );
}

/**
 * The request's body, decompressed. Never holds more than `maxBytes` of either form: the stream is cut at the limit, and
 * the decompressor stops there, so that a bomb costs no more than an honest request.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase().trim();
  const packed = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  if (encoding === 'identity' || encoding === 'none' || encoding === '') return packed;
  return unpack(packed, encoding, maxBytes);
}

async function unpack(packed: Uint8Array, encoding: string, maxBytes: number): Promise<Uint8Array> {
  const unpacker = unpackers[encoding];
  if (unpacker === undefined) {
    throw new StormglassError(
      'unsupported_media_type',
      `Content-Encoding ${encoding} is not known.`,
      'Use gzip, deflate, zstd or none.',
    );
  }
  try {
    return await unpacker(packed, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new StormglassError(
      'invalid_request',
      `The body is no valid ${encoding} stream.`,
      'Check Content-Encoding against the body.',
      { cause },
    );
  }
}
