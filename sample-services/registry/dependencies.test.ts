import { describe, expect, test } from 'vitest';
import { startOrder } from './dependencies.ts';

const needs = (...pairs: string[]) =>
  pairs.map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to };
  });

describe('the start order', () => {
  test('has callees before callers, and together what does not need each other', () => {
    const order = startOrder(
      ['gateway', 'identity', 'orders', 'payments', 'shipping'],
      needs('gateway>orders', 'orders>payments', 'orders>shipping', 'payments>identity', 'gateway>identity'),
    );
    expect(order).toEqual({
      waves: [['identity', 'shipping'], ['payments'], ['orders'], ['gateway']],
      cycles: [],
    });
  });

  test('names each cycle, and starts its members together after what they need', () => {
    const order = startOrder(['a', 'b', 'c', 'd', 'e', 'f'], needs('a>b', 'b>c', 'c>a', 'b>d', 'e>a', 'f>f'));
    expect(order.cycles).toEqual([['a', 'b', 'c'], ['f']]);
    expect(order.waves).toEqual([['d', 'f'], ['a', 'b', 'c'], ['e']]);
  });

  test('leaves out what is needed but not there', () => {
    expect(startOrder(['a'], needs('a>elsewhere'))).toEqual({ waves: [['a']], cycles: [] });
  });

  test('is the same whatever order the services came in, for any graph', () => {
    const services = Array.from({ length: 12 }, (_, i) => `s${String(i).padStart(2, '0')}`);
    const links = services.flatMap((from, i) =>
      services.filter((_, j) => (i * 7 + j * 5) % 11 === 0).map((to) => ({ from, to })),
    );
    const one = startOrder(services, links);
    const other = startOrder(services.toReversed(), links.toReversed());
    expect(other.waves).toEqual(one.waves);
    expect(other.cycles.toSorted()).toEqual(one.cycles.toSorted());
  });
});
