import { describe, expect, it } from 'vitest';
import { askAt, attributeAsked, suggestions } from './completion.ts';

const known = { services: ['orders', 'payments'], operations: ['POST /orders'], faults: ['f-1'] };
const keys = [
  { text: 'http.route', type: 'string', count: 40 },
  { text: 'http.response.status_code', type: 'int', count: 38 },
  { text: 'saga.id', type: 'string', count: 3 },
] as const;
const texts = (text: string, entries: Parameters<typeof suggestions>[2] = []) =>
  suggestions(askAt(text, text.length), known, entries).map((s) => s.text);

describe('completion', () => {
  it('offers the keys of the search and the attributes that spans really have', () => {
    expect(texts('s', keys)).toEqual([
      'service=',
      'status=',
      'saga.id=',
      'has=',
      'http.response.status_code=',
    ]);
    expect(texts('route', keys)).toEqual(['http.route=']);
  });

  it('offers attributes alone after has=', () => {
    expect(texts('has=', keys)).toEqual(['has=http.route', 'has=http.response.status_code', 'has=saga.id']);
  });

  it('offers values of the key, for the word at the caret alone', () => {
    const text = 'status=error service=p x';
    const ask = askAt(text, 22);
    expect(ask).toEqual({ kind: 'value', from: 13, key: 'service', op: '=', typed: 'p' });
    expect(suggestions(ask, known, []).map((s) => s.text)).toEqual(['service=payments']);
    expect(texts('operation=')).toEqual(['operation="POST /orders"']);
  });

  it('asks the store for the values of an attribute, and of nothing else', () => {
    expect(attributeAsked(askAt('http.route=/o', 13))).toEqual({ key: 'http.route', typed: '/o' });
    for (const text of ['service=o', 'duration>1', 'has=x', 'word']) {
      expect(attributeAsked(askAt(text, text.length))).toBeNull();
    }
  });

  it('goes on inside a quoted value with a space in it', () => {
    const entries = [{ text: 'Ada Lovelace', type: 'string', count: 2 }] as const;
    expect(texts('customer="ada l', entries)).toEqual(['customer="Ada Lovelace"']);
  });

  it('offers numbers alone where values are compared by size', () => {
    const entries = [
      { text: '200', type: 'int', count: 9 },
      { text: 'none', type: 'string', count: 5 },
    ] as const;
    expect(texts('code>', entries)).toEqual(['code>200']);
    expect(texts('code=', entries)).toEqual(['code=200', 'code=none']);
  });

  it('leaves out what the field could not read back', () => {
    expect(texts('note=', [{ text: 'a "b"', type: 'string', count: 1 }])).toEqual([]);
  });
});
