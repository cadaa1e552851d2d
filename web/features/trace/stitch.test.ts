import { describe, expect, it } from 'vitest';
import { criticalPath } from './critical-path.ts';
import { logsBySpan, marksOn } from './marks.ts';
import { visibleRows } from './rows.ts';
import { downstream, stitch } from './stitch.ts';
import { span, trace } from './testing/trace.ts';
import { buildTree } from './tree.ts';
import { parseZoom, zoomByKey, zoomText } from './zoom.ts';

const MS = 1e6;
const sender = trace([span('root', '', 0, 30), span('send', 'root', 5, 6, { kind: 'producer' })]);
const handling = {
  ...trace([
    span('handle', '', 0, 40, {
      traceId: 'u',
      kind: 'consumer',
      links: [{ traceId: 't', spanId: 'send', attributes: {} }],
      events: [{ offsetNs: 3 * MS, name: 'exception', attributes: {} }],
    }),
    span('mail', 'handle', 10, 20, { traceId: 'u', kind: 'client' }),
    span('root', 'handle', 10, 20, { traceId: 'u' }),
  ]),
  traceId: 'u',
  startNs: String(100 * MS),
};

describe('a linked trace', () => {
  const tree = buildTree(stitch(sender, [handling]));

  it('hangs, closed, below the span that sent its message, on the clock of this one', () => {
    expect(visibleRows(tree, new Set(), 'calls').map((r) => [r.key, r.depth, r.collapsed])).toEqual([
      ['root', 0, false],
      ['send', 1, false],
      ['handle', 2, true],
    ]);
    const open = visibleRows(tree, new Set(['handle']), 'calls');
    expect(open.map((r) => r.key)).toEqual(['root', 'send', 'handle', 'mail']);
    expect(tree.byId.get('mail')).toMatchObject({ start: 110 * MS, end: 120 * MS, linked: true });
    expect(tree.total).toBe(140 * MS);
  });

  it('changes neither the path nor the figures of this one, and a taken span id is not taken twice', () => {
    expect(criticalPath(tree)).toEqual(criticalPath(buildTree(sender)));
    expect(tree.figures.services).toBe(1);
    expect(tree.byId.get('root')).toMatchObject({ linked: false });
    expect(tree.byId.get('handle')).toMatchObject({ outlivedCallerBy: 0, orphan: false });
  });

  it('is only one that handled a message of this one', () => {
    expect(downstream(sender, [handling])).toEqual([handling]);
    expect(downstream(handling, [sender])).toEqual([]);
  });
});

describe('a span whose parent is not stored', () => {
  it('is an orphan, a root is none', () => {
    const tree = buildTree(trace([span('a', '', 0, 1), span('b', 'gone', 0, 1)]));
    expect([tree.byId.get('a')?.orphan, tree.byId.get('b')?.orphan]).toEqual([false, true]);
    expect(tree.figures.orphans).toBe(1);
  });
});

describe('marks on a bar', () => {
  const log = (offsetNs: number, severity: string) => ({
    ...{ offsetNs, severity, spanId: 'a', service: 'orders', body: 'said', eventName: '', attributes: {} },
  });
  it('are its events and log records, with what they are told by colour told in words', () => {
    const events = [{ offsetNs: 2, name: 'chaos.injected', attributes: {} }];
    const detail = { ...trace([span('a', '', 0, 1, { events })]), logs: [log(9, 'ERROR'), log(4, 'WARN')] };
    const node = buildTree(detail).byId.get('a');
    expect(node && marksOn(node, logsBySpan(detail).get('a'))).toEqual([
      { at: 2, kind: 'event', tone: 'fault', words: 'chaos.injected' },
      { at: 4, kind: 'log', tone: 'warn', words: 'warn said' },
      { at: 9, kind: 'log', tone: 'error', words: 'error said' },
    ]);
  });

  it('are few, the telling ones first', () => {
    const events = Array.from({ length: 90 }, (_, i) => ({
      ...{ offsetNs: i, name: i === 80 ? 'exception' : 'tick', attributes: {} },
    }));
    const node = buildTree(trace([span('a', '', 0, 1, { events })])).byId.get('a');
    const marks = node ? marksOn(node) : [];
    expect([marks.length, marks[0]?.tone]).toEqual([24, 'error']);
  });
});

describe('the part that is shown', () => {
  it('moves and grows by keys, never beyond the trace', () => {
    expect(zoomByKey('ArrowUp', null, 100)).toEqual({ from: 25, to: 75 });
    expect(zoomByKey('ArrowRight', { from: 40, to: 60 }, 100)).toEqual({ from: 44, to: 64 });
    expect(zoomByKey('ArrowLeft', { from: 0, to: 20 }, 100)).toEqual({ from: 0, to: 20 });
    expect(zoomByKey('End', { from: 0, to: 20 }, 100)).toEqual({ from: 80, to: 100 });
    expect(zoomByKey('ArrowDown', { from: 25, to: 75 }, 100)).toBeNull();
    expect(zoomByKey('Escape', { from: 25, to: 75 }, 100)).toBeNull();
    expect(zoomByKey('x', null, 100)).toBeUndefined();
  });

  it('survives its way through an address, and nonsense there is the whole trace', () => {
    expect(parseZoom(zoomText({ from: 12.4, to: 99 }))).toEqual({ from: 12, to: 99 });
    for (const text of ['', '5', '9-3', 'a-b', '-1-4']) expect(parseZoom(text)).toBeNull();
  });
});
