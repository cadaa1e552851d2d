import { expect, it } from 'vitest';
import { together } from './attribute-queries.ts';
import { facetsOf, facetValues, USUAL_FACETS } from './facets.ts';
import { parseTraceQuery } from './query.ts';

const [service] = USUAL_FACETS;
const answer = (entries: { text: string; count: number }[]) => ({
  entries: entries.map((entry) => ({ ...entry, type: 'string' as const })),
  ...{ found: entries.length, spans: 10, read: 10, oneIn: 1 },
});

it('a value of a facet is a term which the search field understands', () => {
  if (!service) throw new Error('the first facet is the service');
  const { entries } = answer([
    { text: 'order desk', count: 4 },
    { text: 'say "hi"', count: 3 },
    { text: 'payments', count: 1 },
  ]);
  const values = facetValues(service, entries, 8);
  expect(values.map(({ text, share }) => [text, share])).toEqual([
    ['service="order desk"', 1],
    ['service=payments', 0.25],
  ]);
  expect(parseTraceQuery(values[0]?.text ?? '')).toMatchObject({ conditions: { service: 'order desk' } });
});

it('a key that somebody added stands behind the usual ones, once', () => {
  const added = facetsOf(['saga.id', 'http.route', 'saga.id', '']).slice(USUAL_FACETS.length);
  expect(added.map(({ key }) => key)).toEqual(['saga.id']);
});

it('a key of spans and of resources is offered once, with the larger count, the commonest first', () => {
  const found = together([
    answer([{ text: 'host', count: 2 }]),
    undefined,
    answer([
      { text: 'host', count: 7 },
      { text: 'zone', count: 3 },
    ]),
  ]);
  expect(found.map(({ text, count }) => [text, count])).toEqual([
    ['host', 7],
    ['zone', 3],
  ]);
});
