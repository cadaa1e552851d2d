import type { Completion, CompletionSearch } from '@stormglass/agents/contract';
import { type Term, termText } from './query-text.ts';

/** One way to part the spans of a range: by the values of an attribute. */
export interface Facet {
  key: string;
  scope: CompletionSearch['scope'];
  /** The key in a search text. */
  term: string;
}

const usual = (key: string): Facet => ({ key, scope: 'span', term: key });

/** What most searches part by; those which no span has are not shown. */
export const USUAL_FACETS: readonly Facet[] = [
  { key: 'service.name', scope: 'resource', term: 'service' },
  usual('http.route'),
  usual('http.response.status_code'),
  usual('error.type'),
  usual('messaging.destination.name'),
];

/** The usual ones, and those a person added, each once. */
export function facetsOf(added: readonly string[]): Facet[] {
  const known = new Set(USUAL_FACETS.map(({ key }) => key));
  const others = [...new Set(added)].filter((key) => key !== '' && !known.has(key));
  return [...USUAL_FACETS, ...others.map(usual)];
}

export interface FacetValue {
  value: string;
  /** What a press puts into the search, and how that is written. */
  term: Term;
  text: string;
  count: number;
  /** Of the commonest value, 0..1. */
  share: number;
}

/** Values that can be searched for, the commonest first. */
export function facetValues(facet: Facet, entries: Completion['entries'], most: number): FacetValue[] {
  const values = entries.flatMap(({ text, type, count }) => {
    const opaque = type === 'json' || type === 'bytes' || type === 'empty';
    const term = { key: facet.term, op: '=', value: text } as const;
    const inSearch = opaque ? null : termText(term);
    return inSearch === null ? [] : [{ value: text, term, text: inSearch, count }];
  });
  const top = values.reduce((n, { count }) => Math.max(n, count), 1);
  return values.slice(0, most).map((each) => ({ ...each, share: each.count / top }));
}
