import type { LogView, TraceDetail } from '@stormglass/agents/contract';
import type { SpanNode } from './tree.ts';

/** An instant inside a span: something it said. */
export interface Mark {
  /** Nanoseconds from the trace's start. */
  at: number;
  kind: 'event' | 'log';
  tone: 'plain' | 'warn' | 'error' | 'fault';
  words: string;
}

/** So many are drawn on one bar; the panel lists all. */
const MOST_MARKS = 24;

export type LogsBySpan = ReadonlyMap<string, readonly LogView[]>;

/** Log records of each span, in order of time. */
export function logsBySpan(detail: Pick<TraceDetail, 'logs'>): LogsBySpan {
  const logs = new Map<string, LogView[]>();
  for (const log of [...detail.logs].sort((a, b) => a.offsetNs - b.offsetNs)) {
    const list = logs.get(log.spanId);
    if (list) list.push(log);
    else logs.set(log.spanId, [log]);
  }
  return logs;
}

function logTone({ severity }: LogView): Mark['tone'] {
  if (/error|fatal/i.test(severity)) return 'error';
  return /warn/i.test(severity) ? 'warn' : 'plain';
}

function eventTone(name: string): Mark['tone'] {
  if (name.startsWith('chaos.')) return 'fault';
  return name === 'exception' ? 'error' : 'plain';
}

const NONE: readonly LogView[] = [];

/** Events and log records of a span as marks for its bar: the telling ones first when there are too many. */
export function marksOn(node: SpanNode, logs: readonly LogView[] = NONE): Mark[] {
  const events = node.span.events.map(
    (e): Mark => ({ at: e.offsetNs, kind: 'event', tone: eventTone(e.name), words: e.name }),
  );
  const lines = logs.map(
    (log): Mark => ({
      at: log.offsetNs,
      kind: 'log',
      tone: logTone(log),
      words: `${log.severity.toLowerCase()} ${log.body || log.eventName}`,
    }),
  );
  const all = [...events, ...lines];
  if (all.length <= MOST_MARKS) return all;
  return all.sort((a, b) => Number(a.tone === 'plain') - Number(b.tone === 'plain')).slice(0, MOST_MARKS);
}
