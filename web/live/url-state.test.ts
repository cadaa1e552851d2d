import { describe, expect, it } from 'vitest';
import { isStep, nextSearch } from './url-state.ts';

describe('nextSearch', () => {
  it('sets, replaces and removes keys and keeps the others', () => {
    expect(nextSearch('?a=1&b=2', { b: '3', c: '4' })).toBe('?a=1&b=3&c=4');
    expect(nextSearch('?a=1&b=2', { a: null, b: undefined })).toBe('');
    expect(nextSearch('?a=1', { a: '' })).toBe('');
  });

  it('writes values that need escaping so that they read back the same', () => {
    const search = nextSearch('', { edge: 'orders>payments & more' });
    expect(new URLSearchParams(search).get('edge')).toBe('orders>payments & more');
  });
});

describe('a step that Back undoes', () => {
  it('is a zoom, a rewind and a selection', () => {
    expect(isStep('', '?from=1&to=2000')).toBe(true);
    expect(isStep('?from=1&to=2000', '?from=1&to=2000&at=5')).toBe(true);
    expect(isStep('?node=orders', '?node=payments')).toBe(true);
    expect(isStep('?node=orders', '')).toBe(true);
  });

  it('is no text that is typed, and no change of order', () => {
    expect(isStep('?q=a', '?q=ab')).toBe(false);
    expect(isStep('?node=orders&q=1', '?q=1&node=orders')).toBe(false);
  });
});
