import { StormglassError } from '@stormglass/agents/contract';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { request, requestUrl } from './request.ts';

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: string): void {
  vi.stubGlobal('fetch', async () => new Response(body, { status }));
}

describe('requestUrl', () => {
  it('fills in and escapes the parts of the path', () => {
    expect(requestUrl('forceBreaker', { params: { service: 'a/b', name: 'x y' } })).toBe(
      '/api/breakers/a%2Fb/x%20y/force',
    );
  });

  it('puts the input of a GET into the query string and leaves out what is not given', () => {
    expect(requestUrl('timeline', { input: { from: 1, to: 2, step: undefined } })).toBe(
      '/api/timeline?from=1&to=2',
    );
  });
});

describe('request', () => {
  it('gives back the answer of a 2xx', async () => {
    answer(200, '{"faults":[]}');
    await expect(request('faults')).resolves.toEqual({ faults: [] });
  });

  it('throws what the server said, with its next step', async () => {
    answer(423, '{"error":{"code":"halted","message":"Chaos is halted.","next":"Release the halt."}}');
    await expect(request('faults')).rejects.toMatchObject({ code: 'halted', next: 'Release the halt.' });
  });

  it('throws an error of ours when the answer explains nothing', async () => {
    answer(502, '<html>bad gateway</html>');
    await expect(request('faults')).rejects.toBeInstanceOf(StormglassError);
  });

  it('throws an error of ours when a good answer cannot be read', async () => {
    answer(200, '<html>a proxy says hello</html>');
    await expect(request('faults')).rejects.toBeInstanceOf(StormglassError);
  });

  it('says what to do when nobody answers', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('fetch failed');
    });
    await expect(request('faults')).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
