import type { Attributes, AttributeValue, LogView, SpanView, TraceDetail } from '@stormglass/agents/contract';
import { durationText, shortId } from '../../ui/format.ts';
import type { SpanNode } from './tree.ts';

/** An attribute as text; structures as JSON. */
export function valueText(value: AttributeValue): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Attributes in order: what names the work first, then alphabetical. */
export function attributeRows(attributes: Attributes): [key: string, value: string][] {
  const rank = (key: string) =>
    key.startsWith('http.') ? 0 : key.startsWith('saga.') ? 1 : key.startsWith('chaos.') ? 3 : 2;
  return Object.entries(attributes)
    .map(([key, value]): [string, string] => [key, valueText(value)])
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
}

/** What the fault did to this span, in words. */
export function receiptWords(node: SpanNode): { title: string; text: string } | null {
  const { injected } = node;
  if (!injected) return null;
  const took = durationText(injected.injectedNs / 1e6);
  const where = injected.position === 'before' ? 'Before the handler' : 'After the effect, before the answer';
  const run = injected.runId === '' ? 'armed by hand' : `run ${shortId(injected.runId)}`;
  const without = durationText(injected.withoutNs / 1e6);
  const title =
    injected.injectedNs > 0
      ? `Delayed ${took} by fault ${shortId(injected.faultId)}`
      : `Hurt by fault ${shortId(injected.faultId)}`;
  const kind = injected.faultType === '' ? '' : `${injected.faultType}, `;
  return { title, text: `${where}, ${kind}${run}. Without the fault this span takes ${without}.` };
}

/** Whether the caller still waited when this span ended. */
export function callerWords(node: SpanNode): string | null {
  if (node.outlivedCallerBy <= 0 || !node.parent) return null;
  const late = durationText(node.outlivedCallerBy / 1e6);
  // Only a caller that failed has given up; one that went well did not wait.
  return node.parent.span.status === 'error'
    ? `The caller gave up ${late} before it ended.`
    : `It went on for ${late} after its caller had ended well.`;
}

/** Logs of one span, in order of time. */
export function logsOf(detail: TraceDetail, spanId: string): LogView[] {
  return detail.logs.filter((log) => log.spanId === spanId).sort((a, b) => a.offsetNs - b.offsetNs);
}

/** A search that finds spans like this one. */
export function likeThis(span: SpanView): string {
  const route = span.attributes['http.route'];
  const what = typeof route === 'string' ? `http.route=${route}` : `operation="${span.name}"`;
  return `service=${span.service} ${what}`;
}

/** Status of the answer, from the root: `201`, `error`. */
export function answerOf(span: SpanView): { text: string; failed: boolean } {
  const code = span.attributes['http.response.status_code'] ?? span.attributes['http.status_code'];
  if (typeof code === 'number' || typeof code === 'string')
    return { text: String(code), failed: Number(code) >= 500 };
  return span.status === 'error' ? { text: 'Failed', failed: true } : { text: 'Done', failed: false };
}

/** Milliseconds between two instants of nanoseconds since the epoch. */
export function msBetween(fromNs: string, toNs: string): number {
  return Number(BigInt(toNs) - BigInt(fromNs)) / 1e6;
}

/** Epoch milliseconds of an instant in nanoseconds. */
export function epochMs(ns: string): number {
  return Number(BigInt(ns) / 1000n) / 1000;
}
