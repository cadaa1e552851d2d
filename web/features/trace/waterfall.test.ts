import { describe, expect, it } from 'vitest';
import { criticalPath, injectedOnPath } from './critical-path.ts';
import { visibleRows } from './rows.ts';
import { span, trace } from './testing/trace.ts';
import { timeScale } from './time-scale.ts';
import { buildTree } from './tree.ts';

const MS = 1e6;

const receipt = (seconds: number, position = 'before') => ({
  'chaos.fault.id': 'f-1',
  'chaos.fault.type': 'latency',
  'chaos.position': position,
  'chaos.injected.duration': seconds,
});

describe('the span tree', () => {
  it('puts children under their parents by start, and spans with a lost parent at the top', () => {
    const tree = buildTree(
      trace([span('c', 'a', 5, 6), span('b', 'a', 1, 2), span('a', '', 0, 10), span('x', 'gone', 3, 4)]),
    );
    expect(tree.roots.map((r) => r.span.spanId)).toEqual(['a', 'x']);
    expect(visibleRows(tree, new Set(), 'calls').map((r) => r.key)).toEqual(['a', 'b', 'c', 'x']);
  });

  it("survives spans which are each other's parent", () => {
    const tree = buildTree(trace([span('a', 'b', 0, 1), span('b', 'a', 0, 1)]));
    expect(visibleRows(tree, new Set(), 'calls')).toHaveLength(2);
  });

  it('hides what is below a collapsed span and says how much that is', () => {
    const tree = buildTree(trace([span('a', '', 0, 10), span('b', 'a', 1, 9), span('c', 'b', 2, 3)]));
    const rows = visibleRows(tree, new Set(['b']), 'calls');
    expect(rows.map((r) => r.key)).toEqual(['a', 'b']);
    expect(rows[1]?.node.descendants).toBe(1);
  });

  it('can put the failing branch first', () => {
    const tree = buildTree(
      trace([
        span('a', '', 0, 10),
        span('b', 'a', 1, 2),
        span('c', 'a', 3, 4),
        span('d', 'c', 3, 4, { status: 'error' }),
      ]),
    );
    expect(visibleRows(tree, new Set(), 'errors').map((r) => r.key)).toEqual(['a', 'c', 'd', 'b']);
  });

  it('knows that a caller gave up, and that nobody waits for a message', () => {
    const tree = buildTree(
      trace([
        span('call', '', 0, 3000, { kind: 'client', status: 'error' }),
        span('work', 'call', 1, 3541, { kind: 'server' }),
        span('send', '', 0, 1, { kind: 'producer' }),
        span('handle', 'send', 20, 90, { kind: 'consumer' }),
      ]),
    );
    expect(tree.byId.get('work')?.outlivedCallerBy).toBe(541 * MS);
    expect(tree.byId.get('handle')?.outlivedCallerBy).toBe(0);
  });

  it('lays out 20,000 spans, 5,000 deep, within a frame budget that a person does not feel', () => {
    const spans = Array.from({ length: 20_000 }, (_, i) =>
      span(`s${i}`, i === 0 ? '' : i < 5000 ? `s${i - 1}` : `s${i % 5000}`, 0, 10),
    );
    const rows = visibleRows(buildTree(trace(spans)), new Set(), 'calls');
    expect(rows).toHaveLength(20_000);
  });
});

describe('the injected part', () => {
  it('is the first part of the span for a delay before the handler, and the tail is the time without the fault', () => {
    const tree = buildTree(trace([span('a', '', 64, 3606, { kind: 'server', attributes: receipt(3.5) })]));
    const injected = tree.byId.get('a')?.injected;
    expect(injected).toMatchObject({ from: 64 * MS, to: 3564 * MS, withoutNs: 42 * MS, faultId: 'f-1' });
  });

  it('is the last part for a lost reply, and never longer than the span', () => {
    const tree = buildTree(trace([span('a', '', 0, 100, { attributes: receipt(0.2, 'after') })]));
    expect(tree.byId.get('a')?.injected).toMatchObject({ from: 0, to: 100 * MS, withoutNs: 0 });
  });
});

describe('the critical path', () => {
  it('goes through the child that ended last, and covers the root without gaps', () => {
    const tree = buildTree(trace([span('a', '', 0, 100), span('b', 'a', 10, 40), span('c', 'a', 20, 90)]));
    expect(criticalPath(tree).map((s) => [s.spanId, s.from / MS, s.to / MS])).toEqual([
      ['a', 0, 20],
      ['c', 20, 90],
      ['a', 90, 100],
    ]);
  });

  it("cuts work that outlives its caller at the caller's end", () => {
    const tree = buildTree(
      trace([span('a', '', 0, 30, { kind: 'client' }), span('b', 'a', 5, 99, { kind: 'server' })]),
    );
    expect(criticalPath(tree).at(-1)).toEqual({ spanId: 'b', from: 5 * MS, to: 30 * MS });
  });

  it('never waits for a consumer', () => {
    const tree = buildTree(
      trace([
        span('a', '', 0, 10),
        span('p', 'a', 1, 2, { kind: 'producer' }),
        span('q', 'p', 5, 50, { kind: 'consumer' }),
      ]),
    );
    expect(criticalPath(tree).some((s) => s.spanId === 'q')).toBe(false);
  });

  it('says how much of the wait was injected', () => {
    const tree = buildTree(
      trace([span('a', '', 0, 100), span('b', 'a', 10, 90, { attributes: receipt(0.05) })]),
    );
    expect(injectedOnPath(tree, criticalPath(tree))).toBe(50 * MS);
  });
});

describe('an injected wait around an inner span', () => {
  it('counts as injected although the path runs through the inner span', () => {
    const tree = buildTree(
      trace([span('a', '', 0, 100, { attributes: receipt(0.05) }), span('inner', 'a', 0, 100)]),
    );
    expect(injectedOnPath(tree, criticalPath(tree))).toBe(50 * MS);
  });
});

describe('the time scale', () => {
  it('is straight without folding', () => {
    const scale = timeScale(0, 1000, [], false);
    expect([scale.at(0), scale.at(250), scale.at(1000)]).toEqual([0, 0.25, 1]);
    expect(scale.folds).toEqual([]);
  });

  it('squeezes a long quiet stretch and stays monotonic', () => {
    const scale = timeScale(0, 1000, [10, 20, 900, 950], true);
    expect(scale.folds).toHaveLength(1);
    const places = [0, 10, 20, 100, 500, 899, 900, 950, 1000].map(scale.at);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(scale.at(20)).toBeGreaterThan(0.04);
  });
});
