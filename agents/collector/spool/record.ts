/**
 * A spool record is one length-delimited protobuf message, so that the engine reads a segment file as it is: varint
 * length, the request's own bytes, then one more field (2046, fixed32) with the CRC-32 of the request. Decoders skip
 * a field they do not know, so the checksum costs no copy and no second file.
 */
import { crc32 } from 'node:zlib';
import { varintBytes, WireReader } from '../wire/reader.ts';

const CRC_KEY = [0xf5, 0x7f] as const;
const TRAILER_BYTES = 6;

/** The pieces to write for one request. */
export function encodeRecord(parts: readonly Uint8Array[]): Uint8Array[] {
  let crc = 0;
  let size = 0;
  for (const part of parts) {
    crc = crc32(part, crc);
    size += part.length;
  }
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.set(CRC_KEY);
  trailer.writeUInt32LE(crc >>> 0, 2);
  return [Uint8Array.from(varintBytes(size + TRAILER_BYTES)), ...parts, trailer];
}

export interface Scan {
  /** Requests whose checksum holds, without their trailer, in order. */
  records: Uint8Array[];
  /** Where the last good record ends; what follows was torn by a crash or damaged. */
  goodBytes: number;
}

/** Reads records until the first one that is cut short or fails its checksum. */
export function scanRecords(bytes: Uint8Array): Scan {
  const records: Uint8Array[] = [];
  let goodBytes = 0;
  while (goodBytes < bytes.length) {
    const record = recordAt(bytes, goodBytes);
    if (record === null) break;
    records.push(record.body);
    goodBytes = record.end;
  }
  return { records, goodBytes };
}

function recordAt(bytes: Uint8Array, start: number): { body: Uint8Array; end: number } | null {
  const header = bytes.subarray(start, start + 5);
  // A whole varint needs a byte without the continuation bit; a torn one has none.
  if (!header.some((b) => b < 0x80)) return null;
  const reader = new WireReader(bytes, start);
  const size = reader.varint();
  const end = reader.pos + size;
  if (size < TRAILER_BYTES || end > bytes.length) return null;
  const body = bytes.subarray(reader.pos, end - TRAILER_BYTES);
  const trailer = Buffer.from(bytes.buffer, bytes.byteOffset + end - TRAILER_BYTES, TRAILER_BYTES);
  if (trailer[0] !== CRC_KEY[0] || trailer[1] !== CRC_KEY[1]) return null;
  return trailer.readUInt32LE(2) === crc32(body) ? { body, end } : null;
}
