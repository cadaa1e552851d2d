import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { StormglassError } from '../../contract/errors.ts';
import type { ByteAccount } from './budget.ts';

const CHUNK = { chunkSize: 64 * 1024 };
const UNPACKERS: Record<string, () => Transform> = {
  gzip: () => createGunzip(CHUNK),
  'x-gzip': () => createGunzip(CHUNK),
  deflate: () => createInflate(CHUNK),
  zstd: () => createZstdDecompress(CHUNK),
};

function tooLarge(maxBytes: number): StormglassError {
  return new StormglassError(
    'payload_too_large',
    `The request has more than ${maxBytes} bytes after decompression.`,
    'Send smaller batches.',
  );
}

/**
 * The request's body, decompressed. Never holds more than `maxBytes` of either form, each counted on `account` as it
 * arrives: the stream is cut at the limit and decompressed piece by piece, so that a bomb costs no more than an honest
 * request.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  account: ByteAccount,
): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const packed = await collect(request.iterator({ destroyOnReturn: false }), maxBytes, account);
  return unpack(packed, request.headers['content-encoding'], maxBytes, account);
}

/** All of a stream, counted as it arrives. */
export async function collect(
  stream: AsyncIterable<Buffer>,
  maxBytes: number,
  account: ByteAccount,
): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    account.take(chunk.length);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** `packed` without the compression that a header names. */
export async function unpack(
  packed: Uint8Array,
  header: string | undefined,
  maxBytes: number,
  account: ByteAccount,
): Promise<Uint8Array> {
  const encoding = (header ?? 'identity').toLowerCase().trim();
  if (encoding === 'identity' || encoding === 'none' || encoding === '') return packed;
  const unpacker = UNPACKERS[encoding]?.();
  if (unpacker === undefined) {
    throw new StormglassError(
      'unsupported_media_type',
      `The encoding ${encoding} is not known.`,
      'Use gzip, deflate, zstd or none.',
    );
  }
  unpacker.end(packed);
  try {
    return await collect(unpacker, maxBytes, account);
  } catch (cause) {
    if (cause instanceof StormglassError) throw cause;
    throw new StormglassError(
      'invalid_request',
      `The body is no valid ${encoding} stream.`,
      'Check the encoding header against the body.',
      { cause },
    );
  }
}
