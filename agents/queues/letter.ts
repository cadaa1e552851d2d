const MAX_PAYLOAD = 4_096;

/** A payload as it is shown: whole, or the beginning of its JSON. */
export function cut(payload: unknown): unknown {
  const text = JSON.stringify(payload) ?? 'null';
  return text.length <= MAX_PAYLOAD ? payload : `${text.slice(0, MAX_PAYLOAD)}...`;
}

/** Of letters in the order of their deaths the `limit` newest after the `offset` newest, the newest first. */
export function newest<T>(letters: readonly T[], limit: number, offset: number): T[] {
  return letters.toReversed().slice(offset, offset + limit);
}

/** The trace id in a `traceparent`, wherever that stands in the text; empty without one. */
export function traceIdIn(text: string): string {
  return /\b[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}\b/.exec(text)?.[1] ?? '';
}
