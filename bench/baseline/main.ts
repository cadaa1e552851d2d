/**
 * The plain way to receive spans, as a baseline: each request is decoded to objects by protobufjs, made into rows, and
 * inserted as JSON into the same tables and views of the same engine before it is answered. Prints its port when it listens.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Engine } from '../../agents/collector/store/engine.ts';
import { otlp } from '../../agents/collector/wire/codec.ts';

const [dir = ''] = process.argv.slice(2);
const engine = await Engine.open({ dir, memoryBytes: 1_500_000_000 });
const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUS = ['Unset', 'Ok', 'Error'];

type Message = Record<string, unknown>;
const list = (value: unknown) => (value ?? []) as Message[];
const hex = (value: unknown) => Buffer.from((value ?? '') as Uint8Array).toString('hex');
const instant = (value: unknown) => {
  const ns = String(value ?? '0').padStart(10, '0');
  return `${ns.slice(0, -9)}.${ns.slice(-9)}`;
};

function attributes(of: unknown): [values: Record<string, string>, types: Record<string, string>] {
  const values: Record<string, string> = {};
  const types: Record<string, string> = {};
  for (const { key, value } of list(of) as { key: string; value?: Message }[]) {
    const [kind, content] = Object.entries(value ?? {})[0] ?? ['', ''];
    values[key] = String(content);
    if (kind !== 'string_value') types[key] = kind.slice(0, 1);
  }
  return [values, types];
}

function* rows(request: Message): Generator<Message> {
  for (const resourceSpans of list(request.resource_spans)) {
    const [resource, resourceTypes] = attributes((resourceSpans.resource as Message | undefined)?.attributes);
    for (const scopeSpans of list(resourceSpans.scope_spans)) {
      const scope = (scopeSpans.scope ?? {}) as Message;
      for (const span of list(scopeSpans.spans)) {
        const [own, types] = attributes(span.attributes);
        const events = list(span.events);
        const links = list(span.links);
        yield {
          ...{
            Timestamp: instant(span.start_time_unix_nano),
            TraceId: hex(span.trace_id),
            SpanId: hex(span.span_id),
          },
          ...{
            ParentSpanId: hex(span.parent_span_id),
            SpanName: span.name,
            ServiceName: resource['service.name'],
          },
          SpanKind: KINDS[Number(span.kind ?? 0)],
          Duration: String(
            BigInt(String(span.end_time_unix_nano)) - BigInt(String(span.start_time_unix_nano)),
          ),
          StatusCode: STATUS[Number((span.status as Message | undefined)?.code ?? 0)],
          ...{ ResourceAttributes: resource, ResourceAttributeTypes: resourceTypes },
          ...{ ScopeName: scope.name, ScopeVersion: scope.version },
          ...{ SpanAttributes: own, SpanAttributeTypes: types },
          'Events.Timestamp': events.map((e) => instant(e.time_unix_nano)),
          'Events.Name': events.map((e) => e.name),
          'Events.Attributes': events.map((e) => attributes(e.attributes)[0]),
          'Events.AttributeTypes': events.map((e) => attributes(e.attributes)[1]),
          'Events.DroppedAttributesCount': events.map(() => 0),
          'Links.TraceId': links.map((l) => hex(l.trace_id)),
          'Links.SpanId': links.map((l) => hex(l.span_id)),
          'Links.TraceState': links.map(() => ''),
          'Links.Attributes': links.map(() => ({})),
          'Links.AttributeTypes': links.map(() => ({})),
          'Links.Flags': links.map(() => 0),
          'Links.DroppedAttributesCount': links.map(() => 0),
        };
      }
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    const count = await engine.query('SELECT count() FROM otel_traces', {
      ...{ params: {}, settings: {}, format: 'TabSeparated' },
    });
    response.end(Buffer.from(count));
    return;
  }
  const decoded = otlp.decode('ExportTraceServiceRequest', await bodyOf(request));
  const lines = Array.from(rows(decoded), (row) => JSON.stringify(row)).join('\n');
  await engine.load(`INSERT INTO otel_traces FORMAT JSONEachRow ${lines}`);
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
