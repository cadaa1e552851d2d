import type { SpanView } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { criticalPath } from './critical-path.ts';
import { opened, rowIndex, visibleRows } from './rows.ts';
import { busyStretches, gaveUp, growMiniature, jumpsOf } from './scale-model.ts';
import { whole } from './slices.ts';
import { callerWords, likeThis, receiptWords } from './span-words.ts';
import { span, trace } from './testing/trace.ts';
import { buildTree } from './tree.ts';
import { treeMove } from './tree-keys.ts';

const MS = 1e6;
const detail = trace([
  span('root', '', 0, 3100),
  span('call', 'root', 10, 3010, { kind: 'client', status: 'error' }),
  span('work', 'call', 12, 3554, {
    kind: 'server',
    service: 'payments',
    attributes: {
      'http.route': '/charges',
      'chaos.fault.id': 'f-71c2',
      'chaos.run.id': '214',
      'chaos.fault.type': 'latency',
      'chaos.injected.duration': 3.5,
    },
  }),
]);
const tree = buildTree(detail);
const rows = visibleRows(tree, new Set(), 'calls');
const node = (id: string) => {
  const found = tree.byId.get(id);
  if (!found) throw new Error(id);
  return found;
};

describe('a row', () => {
  it('says in words what a fault did, and what the span takes without it', () => {
    expect(receiptWords(node('work'))).toEqual({
      title: 'Delayed 3.50 s by fault f-71c2',
      text: 'Before the handler, latency, run 214. Without the fault this span takes 42 ms.',
    });
    expect(receiptWords(node('root'))).toBeNull();
  });

  it('knows that its caller gave up, and the caller shows where', () => {
    expect(callerWords(node('work'))).toBe('The caller gave up 544 ms before it ended.');
    const late = buildTree(trace([span('a', '', 0, 10), span('b', 'a', 5, 30)])).byId.get('b');
    expect(late && callerWords(late)).toBe('It went on for 20 ms after its caller had ended well.');
    expect([gaveUp(node('call')), gaveUp(node('root'))]).toEqual([true, false]);
  });

  it('can be searched for by its route', () => {
    expect(likeThis(node('work').span)).toBe('service=payments http.route=/charges');
    expect(likeThis(node('root').span)).toBe('service=orders operation="root"');
  });
});

describe('statements to a database', () => {
  const sql = (id: string, from: number) =>
    span(id, 'root', from, from + 1, { kind: 'client', attributes: { 'db.system.name': 'postgresql' } });
  const many = buildTree({
    ...detail,
    spans: [
      span('root', '', 0, 50),
      sql('a', 1),
      sql('b', 3),
      sql('c', 5),
      span('call', 'root', 10, 20),
      sql('d', 30),
    ],
  });

  it('become one line from three in a row on, which opens', () => {
    const closed = visibleRows(many, new Set(), 'calls');
    expect(closed.map((r) => [r.key, r.group.length])).toEqual([
      ['root', 0],
      ['a+', 3],
      ['call', 0],
      ['d', 0],
    ]);
    expect(visibleRows(many, new Set(['a+']), 'calls').map((r) => r.key)).toEqual([
      'root',
      'a+',
      'a',
      'b',
      'c',
      'call',
      'd',
    ]);
  });

  it('keep their place for the critical path while they are closed', () => {
    const index = rowIndex(visibleRows(many, new Set(), 'calls'));
    expect([index.get('b'), index.get('d')]).toEqual([1, 3]);
  });

  it('stand alone when one failed', () => {
    const failed = buildTree({
      ...detail,
      spans: [span('root', '', 0, 50), sql('a', 1), { ...sql('b', 3), status: 'error' }, sql('c', 5)],
    });
    expect(visibleRows(failed, new Set(), 'calls').map((r) => r.key)).toEqual(['root', 'a', 'b', 'c']);
  });
});

describe('the critical path between rows', () => {
  it('has a hairline wherever it changes the row', () => {
    const rowOf = new Map(rows.map((r, i) => [r.key, i]));
    expect(jumpsOf(criticalPath(tree), rowOf).map((j) => [j.fromRow, j.toRow, j.at / MS])).toEqual([
      [0, 1, 10],
      [1, 2, 12],
      [0, 2, 3010],
    ]);
  });
});

describe('the minimap', () => {
  it('shows what a fault touched above everything else in the same place', () => {
    const runs = whole(growMiniature(tree, 1, 100));
    expect(runs.map((r) => r.tone)).toContain('fault');
  });

  it('stays small for a large trace', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => span(`s${i}`, '', i % 900, (i % 900) + 5));
    const big = buildTree({ ...detail, spans: many });
    expect(whole(growMiniature(big, 22, 420)).length).toBeLessThan(22 * 420);
  });
});

describe('the keyboard', () => {
  it('moves with J and K, stays at the ends, and goes to the parent with the left arrow', () => {
    expect(treeMove('j', rows, 0, 10)).toEqual({ select: 'call' });
    expect(treeMove('K', rows, 0, 10)).toEqual({ select: 'root' });
    expect(treeMove('End', rows, 0, 10)).toEqual({ select: 'work' });
    expect(treeMove('ArrowLeft', rows, 2, 10)).toEqual({ select: 'call' });
  });

  it('closes and opens with Enter and the arrows, and leaves other keys alone', () => {
    expect(treeMove('Enter', rows, 1, 10)).toEqual({ toggle: 'call' });
    expect(treeMove('ArrowLeft', rows, 1, 10)).toEqual({ toggle: 'call' });
    const closed = visibleRows(tree, new Set(['call']), 'calls');
    expect(treeMove('ArrowRight', closed, 1, 10)).toEqual({ toggle: 'call' });
    expect(treeMove('x', rows, 0, 10)).toBeNull();
  });
});

describe('the attempts of a retried call', () => {
  const call = (id: string, from: number, status: 'ok' | 'error', url = 'http://p/charges?try=1') =>
    span(id, 'root', from, from + 5, {
      kind: 'client',
      name: 'POST',
      status,
      attributes: { 'url.full': url, 'server.address': 'p' },
    });
  const shown = (spans: SpanView[], toggled: string[] = []) =>
    visibleRows(buildTree(trace([span('root', '', 0, 100), ...spans])), new Set(toggled), 'calls').map(
      ({ key, kind, group, depth }) => [key, kind, group.length, depth],
    );

  it('stand below one line, which says how many they were', () => {
    const spans = [
      call('a', 1, 'error'),
      call('b', 10, 'error', 'http://p/charges?try=2'),
      call('c', 20, 'ok'),
    ];
    expect(shown(spans)).toEqual([
      ['root', 'span', 0, 0],
      ['a+', 'attempts', 3, 1],
      ['a', 'span', 0, 2],
      ['b', 'span', 0, 2],
      ['c', 'span', 0, 2],
    ]);
    expect(shown(spans, ['a+'])).toEqual([
      ['root', 'span', 0, 0],
      ['a+', 'attempts', 3, 1],
    ]);
  });

  it('are not calls to another place, calls at the same time, or a call after one that went well', () => {
    const kinds = (spans: SpanView[]) => shown(spans).map(([, kind]) => kind);
    expect(kinds([call('a', 1, 'error'), call('b', 10, 'ok', 'http://p/refunds')])).not.toContain('attempts');
    expect(kinds([call('a', 1, 'error'), call('b', 3, 'ok')])).not.toContain('attempts');
    expect(kinds([call('a', 1, 'ok'), call('b', 10, 'ok')])).not.toContain('attempts');
  });
});

describe('by service', () => {
  const spans = [
    span('a', '', 0, 10),
    span('b', 'a', 1, 9, { service: 'payments' }),
    span('c', 'b', 2, 3, { service: 'orders' }),
  ];
  const services = buildTree(trace(spans));

  it('each service is one line that opens to its spans', () => {
    expect(visibleRows(services, new Set(), 'services').map((r) => [r.key, r.group.length])).toEqual([
      ['@orders', 2],
      ['@payments', 1],
    ]);
    expect(visibleRows(services, new Set(['@orders']), 'services').map((r) => r.key)).toEqual([
      '@orders',
      'a',
      'c',
      '@payments',
    ]);
  });

  it('shows where it worked in few stretches, whatever the number of its spans', () => {
    const nodes = Array.from({ length: 9_000 }, (_, i) => ({ start: i, end: i + 0.5 }));
    const scale = { at: (ns: number) => ns / 10_000, from: 0, to: 10_000 };
    expect(busyStretches(nodes, scale)).toEqual([{ x0: 0, x1: 0.89995 }]);
    expect(busyStretches(nodes, { ...scale, from: 9_500 })).toEqual([]);
  });
});

describe('a span that is looked for', () => {
  it('gets a line: what is closed above it opens, and nothing else', () => {
    const closed = new Set(['root', 'other']);
    const work = node('work');
    expect([...opened(work, closed, 'calls')]).toEqual(['other']);
    expect(rowIndex(visibleRows(tree, opened(work, closed, 'calls'), 'calls')).get('work')).toBe(2);
    expect(rowIndex(visibleRows(tree, opened(work, new Set(), 'services'), 'services')).get('work')).toBe(2);
  });
});
