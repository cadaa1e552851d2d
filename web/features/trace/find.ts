import { ITEMS_A_STEP, type Steps } from './slices.ts';
import { valueText } from './span-words.ts';
import type { SpanNode, SpanTree } from './tree.ts';

/** Words of a search, lower case; all of them must be found in one span. */
export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Texts of a span in which a word may be: names, status, events, and each attribute as `key=value`. */
function* textsOf({ span, injected }: SpanNode, logs: readonly string[]): Generator<string> {
  yield span.name;
  yield span.service;
  yield span.instance;
  yield span.spanId;
  yield span.status;
  yield span.statusMessage;
  if (injected) yield 'fault';
  for (const event of span.events) yield event.name;
  for (const [key, value] of Object.entries(span.attributes)) yield `${key}=${valueText(value)}`;
  yield* logs;
}

function fits(node: SpanNode, words: readonly string[], logs: readonly string[]): boolean {
  return words.every((word) => {
    for (const text of textsOf(node, logs)) if (text.toLowerCase().includes(word)) return true;
    return false;
  });
}

const NO_LOGS: readonly string[] = [];

/** The spans in which all words are found, in the order of the call tree. No words find nothing. */
export function* growFound(
  tree: SpanTree,
  text: string,
  logs: ReadonlyMap<string, readonly { body: string; eventName: string }[]>,
): Steps<SpanNode[]> {
  const words = wordsOf(text);
  const found: SpanNode[] = [];
  if (words.length === 0) return found;
  for (const [i, node] of tree.order.entries()) {
    const said = logs.get(node.span.spanId)?.map((log) => log.body || log.eventName) ?? NO_LOGS;
    if (fits(node, words, said)) found.push(node);
    if (i % (ITEMS_A_STEP / 5) === 0) yield;
  }
  return found;
}

/** The one after (or before) where the person is, around the end; null when there is none. */
export function nextFound(found: readonly SpanNode[], selected: string, by: 1 | -1): SpanNode | null {
  if (found.length === 0) return null;
  const at = found.findIndex((node) => node.span.spanId === selected);
  if (at < 0) return (by === 1 ? found[0] : found[found.length - 1]) ?? null;
  return found[(at + by + found.length) % found.length] ?? null;
}
