import type { TraceDetail } from '@stormglass/agents/contract';
import { durationText } from '../../ui/format.ts';

/** `+480 ms`, `-3.0 ms`, `same`; nanoseconds in. */
export function deltaText(ns: number): string {
  if (Math.abs(ns) < 50_000) return 'same';
  return `${ns > 0 ? '+' : '\u2212'}${durationText(Math.abs(ns) / 1e6)}`;
}

/** What a trace is about: its longest span without a caller. */
export function rootOf(trace: TraceDetail): TraceDetail['spans'][number] | null {
  const known = new Set(trace.spans.map(({ spanId }) => spanId));
  const roots = trace.spans.filter(({ parentSpanId }) => !known.has(parentSpanId));
  return roots.reduce<TraceDetail['spans'][number] | null>(
    (best, span) => (!best || span.durationNs > best.durationNs ? span : best),
    null,
  );
}

export function failedIn(trace: TraceDetail): number {
  return trace.spans.filter(({ status }) => status === 'error').length;
}
