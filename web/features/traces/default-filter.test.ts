import { describe, expect, it } from 'vitest';
import { listConditions, REQUESTS_ONLY, showsRequestsOnly } from './default-filter.ts';
import { parseTraceQuery } from './query.ts';

const asked = (text: string, all = false) => listConditions(parseTraceQuery(text), text, all);

describe('the list of traces', () => {
  it('begins with answered requests, by a filter that can be typed as well', () => {
    expect(showsRequestsOnly('', false)).toBe(true);
    expect(asked('')).toEqual(asked(REQUESTS_ONLY));
    expect(asked('')?.attributes).toHaveLength(1);
  });

  it('shows everything once the filter is taken away', () => {
    expect(showsRequestsOnly('', true)).toBe(false);
    expect(asked('', true)?.attributes).toEqual([]);
  });

  it('filters nothing that was searched for', () => {
    expect(showsRequestsOnly('service=registry', false)).toBe(false);
    expect(asked('service=registry')).toMatchObject({ service: 'registry', attributes: [] });
    expect(asked('status=odd')).toBeNull();
  });
});
