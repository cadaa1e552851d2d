import { describe, expect, it } from 'vitest';
import { parseTraceQuery } from './query.ts';
import { hasTerm, setTerm, termText, toggleTerm } from './query-text.ts';

describe('a term written by a button', () => {
  it('is read back by the search field as the value it stands for', () => {
    const text = termText({ key: 'customer', op: '=', value: 'Ada Lovelace' }) ?? '';
    expect(text).toBe('customer="Ada Lovelace"');
    expect(parseTraceQuery(text)).toMatchObject({
      conditions: { attributes: [{ key: 'customer', op: '=', value: 'Ada Lovelace' }] },
    });
  });

  it('is not written where the field could not read it back', () => {
    expect(termText({ key: 'note', op: '=', value: 'say "hi"' })).toBeNull();
    expect(termText({ key: 'note', op: '=', value: '' })).toBeNull();
  });

  it('goes in as the only one of its key, and out again wherever it stands', () => {
    const ada = { key: 'customer', op: '=', value: 'Ada Lovelace' } as const;
    const text = toggleTerm('customer=Bob status=error', ada);
    expect(text).toBe('status=error customer="Ada Lovelace"');
    expect(hasTerm(text, 'customer="Ada Lovelace"')).toBe(true);
    expect(hasTerm(text, 'customer="Ada')).toBe(false);
    expect(toggleTerm(`x ${text} y`, ada)).toBe('x status=error y');
  });

  it('takes the place of those of its key and comparison, and of no other', () => {
    const text = 'duration>5ms duration<2s duration>7ms x';
    expect(setTerm(text, { key: 'duration', op: '>', value: '10ms' })).toBe('duration<2s x duration>10ms');
  });
});
