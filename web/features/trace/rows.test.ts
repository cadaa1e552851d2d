import { describe, expect, it } from 'vitest';
import { criticalPath } from './critical-path.ts';
import { rowIndex, visibleRows } from './rows.ts';
import { gaveUp, jumpsOf, miniature } from './scale-model.ts';
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
    const runs = miniature(rows, tree.total, 1, 100);
    expect(runs.map((r) => r.tone)).toContain('fault');
  });

  it('stays small for a large trace', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => span(`s${i}`, '', i % 900, (i % 900) + 5));
    const big = buildTree({ ...detail, spans: many });
    expect(miniature(visibleRows(big, new Set(), 'calls'), big.total, 22, 420).length).toBeLessThan(22 * 420);
  });
});

describe('the keyboard', () => {
  it('moves with J and K, stays at the ends, and goes to the parent with the left arrow', () => {
    expect(treeMove('j', rows, 'root', 10)).toEqual({ select: 'call' });
    expect(treeMove('K', rows, 'root', 10)).toEqual({ select: 'root' });
    expect(treeMove('End', rows, 'root', 10)).toEqual({ select: 'work' });
    expect(treeMove('ArrowLeft', rows, 'work', 10)).toEqual({ select: 'call' });
  });

  it('closes and opens with Enter and the arrows, and leaves other keys alone', () => {
    expect(treeMove('Enter', rows, 'call', 10)).toEqual({ toggle: 'call' });
    expect(treeMove('ArrowLeft', rows, 'call', 10)).toEqual({ toggle: 'call' });
    const closed = visibleRows(tree, new Set(['call']), 'calls');
    expect(treeMove('ArrowRight', closed, 'call', 10)).toEqual({ toggle: 'call' });
    expect(treeMove('x', rows, 'root', 10)).toBeNull();
  });
});
