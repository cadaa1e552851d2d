import { WireReader } from '../wire/reader.ts';

/** Seconds of the RetryInfo in a google.rpc.Status; null without one. */
export function retryDelayOf(status: Uint8Array | null): number | null {
  if (status === null) return null;
  const any = fieldOf(new WireReader(status), 3);
  if (any === null || !Buffer.from(any.bytes).includes('google.rpc.RetryInfo')) return null;
  const delay = fieldOf(fieldOf(any, 2), 1);
  if (delay === null || !delay.next() || delay.field !== 1) return null;
  return delay.varint();
}

function fieldOf(reader: WireReader | null, field: number): WireReader | null {
  while (reader?.next()) {
    if (reader.field === field) return reader.message();
    reader.skip();
  }
  return null;
}
