import { describe, expect, it } from 'vitest';
import { growFound } from './find.ts';
import { growFlame } from './flame-model.ts';
import { fileParts, TraceReader } from './load.ts';
import { growIndex, growRows } from './rows.ts';
import { growMarks, growMiniature } from './scale-model.ts';
import { type Steps, whole } from './slices.ts';
import { growTable } from './table-model.ts';
import { span, trace } from './testing/trace.ts';
import { timeScale } from './time-scale.ts';
import { buildTree, growTree } from './tree.ts';

const SPANS = 100_000;
/** A root, 300 branches of some depth below it, and everything else side by side. */
const detail = trace(
  Array.from({ length: SPANS }, (_, i) =>
    span(`s${i}`, i === 0 ? '' : i % 50 === 0 ? 's0' : i < 15_000 ? `s${i - 1}` : 's0', i / 10, i / 10 + 5, {
      service: `service-${i % 9}`,
      attributes: { item: i },
    }),
  ),
);

/** How often the work stops for others. */
function stops(steps: Steps<unknown>): number {
  let count = 0;
  while (!steps.next().done) count += 1;
  return count;
}

describe('of a trace of 100,000 spans', () => {
  const tree = buildTree(detail);

  it('every span has its line, and lines are counted out exactly', () => {
    const rows = whole(growRows(tree, new Set(), 'calls'));
    expect(rows).toHaveLength(SPANS);
    expect(whole(growIndex(rows)).size).toBe(SPANS);
    expect(tree.figures).toEqual({ services: 9, errors: 0, receipts: 0, orphans: 0 });
  });

  it('each part of the work stops for the page at least once in a thousand spans', () => {
    const rows = whole(growRows(tree, new Set(), 'calls'));
    const work: Record<string, Steps<unknown>> = {
      tree: growTree(detail),
      rows: growRows(tree, new Set(), 'calls'),
      services: growRows(tree, new Set(['@service-1']), 'services'),
      index: growIndex(rows),
      marks: growMarks(tree),
      minimap: growMiniature(tree, 22, 420),
      found: growFound(tree, 'item=7', new Map()),
      flame: growFlame(tree),
      table: growTable(tree, { column: 'own', descending: true }),
      file: fileParts(detail),
    };
    for (const [name, steps] of Object.entries(work)) {
      const least = name === 'services' ? SPANS / 9_000 : SPANS / 1_000;
      expect(stops(steps), name).toBeGreaterThanOrEqual(least);
    }
  });

  it('a search finds all of it, in the order of the tree', () => {
    expect(whole(growFound(tree, 'ITEM=99999', new Map())).map((n) => n.span.spanId)).toEqual(['s99999']);
    expect(whole(growFound(tree, 'service-3 item=4', new Map())).length).toBeGreaterThan(1_000);
    expect(whole(growFound(tree, '  ', new Map()))).toEqual([]);
  });

  it('the table sorts by any column, and alike ones keep their order', () => {
    const by = (column: 'start' | 'service', descending: boolean) =>
      whole(growTable(tree, { column, descending })).map((node) => node.span);
    const starts = by('start', true);
    expect(starts).toHaveLength(SPANS);
    expect([starts[0]?.spanId, starts.at(-1)?.spanId]).toEqual(['s99999', 's0']);
    const services = by('service', false);
    expect([services[0]?.spanId, services[1]?.service, services.at(-1)?.service]).toEqual([
      's0',
      'service-0',
      'service-8',
    ]);
  });

  it('the flame has each span once, and in no lane two at the same time', () => {
    const { lanes } = whole(growFlame(tree));
    expect(lanes.reduce((sum, lane) => sum + lane.length, 0)).toBe(SPANS);
    for (const lane of lanes.slice(0, 299)) {
      for (const [i, node] of lane.entries()) {
        const before = lane[i - 1];
        if (before && before.end > node.start)
          throw new Error(`${before.span.spanId} and ${node.span.spanId}`);
      }
    }
  });

  it('the waits between are folded without sorting their instants', () => {
    const marks = whole(growMarks(tree));
    expect(timeScale(0, tree.total, marks, true).folds).toEqual([]);
    expect(timeScale(0, tree.total * 3, marks, true).folds).toHaveLength(1);
  });
});

describe('a streamed trace', () => {
  const line = (value: unknown) => JSON.stringify(value);
  const head = { type: 'trace', traceId: 't', startNs: '0', durationNs: 5, spanCount: 2 };
  const context = { type: 'context', logs: [], linkedTraceIds: ['u'], evictedSpans: 3 };
  const spanLine = (id: string) =>
    line({ type: 'span', span: { ...span(id, '', 0, 1), resource: { 'host.name': 'h' } } });

  it('is whole when its end came, with the count of what was sent', () => {
    const reader = new TraceReader();
    whole(reader.takeAll([line(head), spanLine('a')]));
    expect(reader.progress).toEqual({ read: 1, of: 2 });
    whole(reader.takeAll([spanLine('b'), spanLine('c'), line(context), line({ type: 'end', spans: 3 }), '']));
    const { spans, ...rest } = reader.detail();
    expect(rest).toMatchObject({ spanCount: 3, truncated: false, linkedTraceIds: ['u'], evictedSpans: 3 });
    expect(spans.map((s) => s.spanId)).toEqual(['a', 'b', 'c']);
    expect(spans[1]?.resource).toBe(spans[0]?.resource);
  });

  it('says that it is cut when its end never came', () => {
    const reader = new TraceReader();
    whole(reader.takeAll([line(head), spanLine('a')]));
    expect(reader.detail()).toMatchObject({ spanCount: 2, truncated: true });
  });

  it('is saved as the same JSON that it was', () => {
    const small = trace([span('a', '', 0, 1), span('b', 'a', 0, 1)]);
    expect(JSON.parse(whole(fileParts(small)).join(''))).toEqual(small);
  });
});
