import { describe, expect, it } from 'vitest';
import { nextSearch } from './url-state.ts';

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
