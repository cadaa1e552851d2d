import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { API } from '../web/live/api.ts';
import type { System } from './system.ts';

const A_REQUEST = 5_000;
const STORED_WITHIN_MS = 120_000;
const KIND = { internal: 1, client: 3, producer: 4, consumer: 5 };
const hex = (bytes: number) => randomBytes(bytes).toString('hex');
const spanId = (n: number) => (n + 1).toString(16).padStart(16, '0');

interface Made {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind?: number;
  /** Milliseconds after the trace's start. */
  from: number;
  to: number;
  failed?: boolean;
  attributes?: Record<string, string>;
  events?: { at: number; name: string }[];
  links?: { traceId: string; spanId: string }[];
}

const keyValues = (attributes: Record<string, string> = {}) =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));

function otlpSpan(start: number, span: Made) {
  const at = (ms: number) => `${BigInt(Math.round((start + ms) * 1e3)) * 1000n}`;
  const { traceId, parentSpanId = '', name, kind = KIND.internal } = span;
  return {
    ...{ traceId, spanId: span.spanId, parentSpanId, name, kind, links: span.links ?? [] },
    startTimeUnixNano: at(span.from),
    endTimeUnixNano: at(span.to),
    status: span.failed ? { code: 2, message: 'refused' } : {},
    attributes: keyValues(span.attributes),
    events: (span.events ?? []).map((e) => ({ timeUnixNano: at(e.at), name: e.name })),
  };
}

async function send(system: System, service: string, start: number, spans: readonly Made[]): Promise<void> {
  const resource = {
    attributes: keyValues({ 'service.name': service, 'service.instance.id': `${service}-1` }),
  };
  const scopeSpans = [{ scope: { name: 'large' }, spans: spans.map((span) => otlpSpan(start, span)) }];
  const answer = await fetch(`${system.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }),
  });
  if (answer.status !== 200)
    throw new Error(`the collector answered ${answer.status}: ${await answer.text()}`);
}

/** What is worth looking at in the large trace: a call that was tried three times, a lost parent, a message. */
function telling(traceId: string): Made[] {
  const attempt = (n: number, failed: boolean): Made => ({
    ...{ traceId, spanId: hex(8), parentSpanId: spanId(0), name: 'POST /entries', kind: KIND.client, failed },
    ...{ from: 100 * n, to: 100 * n + 40, attributes: { 'url.full': 'http://ledger/entries' } },
    events: failed ? [{ at: 100 * n + 39, name: 'exception' }] : [],
  });
  return [
    { traceId, spanId: spanId(0), name: 'import of everything', from: 0, to: 10_000 },
    ...[attempt(1, true), attempt(2, true), attempt(3, false)],
    { traceId, spanId: hex(8), parentSpanId: hex(8), name: 'lost its parent', from: 500, to: 600 },
    {
      traceId,
      spanId: spanId(1),
      parentSpanId: spanId(0),
      name: 'tell',
      kind: KIND.producer,
      from: 600,
      to: 601,
    },
  ];
}

/** How many spans of a trace are stored, from the head of its stream. */
async function storedSpans(system: System, id: string): Promise<number> {
  const gone = new AbortController();
  const answer = await fetch(`${system.dashboard}${API.traceSpans.path.replace(':id', id)}`, {
    signal: gone.signal,
  });
  if (!answer.ok || !answer.body) return 0;
  const first = await answer.body.pipeThrough(new TextDecoderStream()).getReader().read();
  gone.abort();
  return Number(JSON.parse((first.value ?? '').split('\n')[0] ?? '').spanCount);
}

/** Sends a real trace of `count` spans, and one that handled its message; returns its id when all of it is stored. */
export async function sendLargeTrace(system: System, count: number): Promise<string> {
  const traceId = hex(16);
  const start = Date.now() - 60_000;
  const first = telling(traceId);
  await send(system, 'importer', start, first);
  for (let from = first.length; from < count; from += A_REQUEST) {
    const spans = Array.from({ length: Math.min(A_REQUEST, count - from) }, (_, i): Made => {
      const n = from + i;
      const parent = n % 20 === 0 ? 0 : n % 20 === 1 ? n - 1 : n - (n % 20);
      return {
        ...{ traceId, spanId: spanId(n), parentSpanId: spanId(parent < first.length ? 0 : parent) },
        ...{ name: n % 20 === 0 ? 'batch' : 'item', attributes: { item: `${n}` } },
        ...{ from: (n / count) * 9_000, to: (n / count) * 9_000 + (n % 20 === 0 ? 900 : 40) },
      };
    });
    await send(system, `worker-${Math.floor(from / A_REQUEST) % 3}`, start, spans);
  }
  const handled: Made = {
    ...{ traceId: hex(16), spanId: hex(8), name: 'told', kind: KIND.consumer, from: 700, to: 900 },
    links: [{ traceId, spanId: spanId(1) }],
  };
  await send(system, 'listener', start, [handled]);
  const deadline = Date.now() + STORED_WITHIN_MS;
  while ((await storedSpans(system, traceId)) !== count) {
    if (Date.now() > deadline) throw new Error(`not all of ${count} spans were stored in time`);
    await delay(250);
  }
  return traceId;
}
