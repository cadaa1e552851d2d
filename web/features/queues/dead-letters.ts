import type { DeadLetter } from '@stormglass/agents/contract';

/** Dead letters that died of the same error. Times epoch ms. */
export interface DeadGroup {
  error: string;
  letters: DeadLetter[];
  firstAt: number | null;
  lastAt: number | null;
}

/** Ids and numbers differ from message to message; the error is the same without them. */
export function errorKind(error: string): string {
  const line = error.split('\n', 1)[0] ?? '';
  return line
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, '…')
    .replace(/\b[0-9a-f]{16,}\b/gi, '…')
    .replace(/\b\d{4,}\b/g, '…')
    .trim();
}

/** Groups by the kind of error, the largest group first. */
export function groupDeadLetters(letters: readonly DeadLetter[]): DeadGroup[] {
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const kind = errorKind(letter.error) || 'No error was recorded';
    const list = groups.get(kind);
    if (list) list.push(letter);
    else groups.set(kind, [letter]);
  }
  return [...groups]
    .map(([error, list]) => {
      const times = list.flatMap((l) => (l.failedAt === null ? [] : [l.failedAt]));
      return {
        error,
        letters: [...list].sort((a, b) => (b.failedAt ?? 0) - (a.failedAt ?? 0)),
        firstAt: times.length > 0 ? Math.min(...times) : null,
        lastAt: times.length > 0 ? Math.max(...times) : null,
      };
    })
    .sort((a, b) => b.letters.length - a.letters.length || a.error.localeCompare(b.error));
}

/** The payload as text; a string that is JSON is laid out, anything else stands as it came. */
export function payloadText(payload: unknown): string {
  if (typeof payload !== 'string') return JSON.stringify(payload, null, 2) ?? 'no payload';
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return payload;
    throw error;
  }
}
