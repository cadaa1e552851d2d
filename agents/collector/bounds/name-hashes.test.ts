import { expect, test } from 'vitest';
import { hexId, kv, traceRequest } from '../testing/requests.ts';
import { flatten } from '../wire/flatten.ts';
import { mix, SEED } from './fingerprint.ts';
import { NameHashes, NO_NAME } from './name-hashes.ts';

function hashesOf(...spans: { kind: number; name?: string; attributes?: ReturnType<typeof kv>[] }[]) {
  const names = new NameHashes();
  const ids = spans.map((span, n) => ({ ...span, traceId: hexId(n + 1, 16), spanId: hexId(n + 1, 8) }));
  flatten('traces', traceRequest('orders', ids), undefined, names);
  return names.hashes;
}
const route = (path: string) => [kv('http.request.method', 'GET'), kv('http.route', path)];

test('what no name is made of changes no hash', () => {
  const caller = (address: string) => ({
    ...{ kind: 2, name: 'GET' },
    attributes: [...route('/a'), kv('client.address', address), kv('url.path', `/${address}`)],
  });
  expect(new Set(hashesOf(caller('10.0.0.1'), caller('10.0.0.2'))).size).toBe(1);
});

test('what a name is made of, and the kind, change it', () => {
  const spans = [
    { kind: 2, name: 'GET', attributes: route('/a') },
    { kind: 2, name: 'GET', attributes: route('/b') },
    { kind: 2, name: 'POST', attributes: route('/a') },
    { kind: 3, name: 'GET', attributes: [kv('server.address', 'a')] },
    { kind: 3, name: 'GET', attributes: [kv('server.address', 'b')] },
    { kind: 4, name: 'GET', attributes: route('/a') },
  ];
  expect(new Set(hashesOf(...spans)).size).toBe(spans.length);
});

test('a span within a service counts nowhere', () => {
  expect(hashesOf({ kind: 1, name: 'work' })).toEqual([NO_NAME]);
});

test('who guesses a few bits of the secret cannot look for names that fall together', () => {
  // Bytes that meet only the lowest bits of a hash would leave 256 guesses, of which this is the right one.
  const guess = SEED & 0xff;
  const seen = new Map<number, Buffer>();
  let pairs = 0;
  for (let n = 0; pairs < 10; n++) {
    const name = Buffer.from(n.toString(36).padStart(6, '0'));
    const hash = name.reduce((h, byte) => Math.imul(h ^ byte, 16_777_619), guess);
    const other = seen.get(hash);
    seen.set(hash, name);
    if (other === undefined) continue;
    pairs += 1;
    expect(mix(SEED, name, 0, name.length)).not.toBe(mix(SEED, other, 0, other.length));
  }
});
