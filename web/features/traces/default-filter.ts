import type { ParsedQuery, TraceConditions } from './query.ts';

/** What the span of an answered request has, and what polls, relays and health checks of a process have not. */
const REQUEST_KEY = 'http.route';

/** The same as text of the search field. */
export const REQUESTS_ONLY = `has=${REQUEST_KEY}`;

/** A list that nobody has searched shows requests only, until that is taken away. */
export function showsRequestsOnly(text: string, all: boolean): boolean {
  return text === '' && !all;
}

/** What the list asks for; null while the text makes no sense. */
export function listConditions(parsed: ParsedQuery, text: string, all: boolean): TraceConditions | null {
  if (!parsed.ok) return null;
  if (!showsRequestsOnly(text, all)) return parsed.conditions;
  const attributes = [...parsed.conditions.attributes, { key: REQUEST_KEY, op: 'exists' as const }];
  return { ...parsed.conditions, attributes };
}
