import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import type { Signal } from './signals.ts';

/**
 * OTLP messages as objects, for the slow paths: JSON requests (converted once, at the edge) and answers. Field names
 * are those of the .proto (snake_case).
 */
const schema = protobuf.parse(readFileSync(new URL('./otlp.proto', import.meta.url), 'utf8'), {
  keepCase: true,
}).root;

const REQUEST_TYPE: Record<Signal, string> = {
  traces: 'ExportTraceServiceRequest',
  logs: 'ExportLogsServiceRequest',
  metrics: 'ExportMetricsServiceRequest',
};

const lookup = (name: string) => schema.lookupType(`otlp.${name}`);

export const otlp = {
  type: (signal: Signal): protobuf.Type => lookup(REQUEST_TYPE[signal]),
  /** Encodes an object by the schema; 64-bit integers may be decimal strings. */
  encodePlain(name: string, value: Record<string, unknown>): Uint8Array {
    const type = lookup(name);
    return type.encode(type.fromObject(value)).finish();
  },
  /** Decodes to a plain object; 64-bit integers as decimal strings. */
  decode(name: string, bytes: Uint8Array): Record<string, unknown> {
    const type = lookup(name);
    return type.toObject(type.decode(bytes), { longs: String });
  },
  encodeRequest(signal: Signal, value: Record<string, unknown>): Uint8Array {
    return otlp.encodePlain(REQUEST_TYPE[signal], value);
  },
};
