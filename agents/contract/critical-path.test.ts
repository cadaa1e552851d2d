import { describe, expect, test } from 'vitest';
import { criticalPath, type PathSpan } from './critical-path.ts';

const span = (
  spanId: string,
  parentSpanId: string,
  from: number,
  to: number,
  kind: PathSpan['kind'] = 'internal',
): PathSpan => ({ spanId, parentSpanId, kind, offsetNs: from, durationNs: to - from });
const path = (...spans: PathSpan[]) => criticalPath(spans).map((s) => [s.spanId, s.from, s.to]);

describe('the critical path', () => {
  test('goes through the child that ended last, and covers the root without gaps', () => {
    expect(path(span('a', '', 0, 100), span('b', 'a', 10, 40), span('c', 'a', 20, 90))).toEqual([
      ['a', 0, 20],
      ['c', 20, 90],
      ['a', 90, 100],
    ]);
  });

  test('takes children that follow each other, one after the other', () => {
    expect(path(span('a', '', 0, 100), span('b', 'a', 10, 40), span('c', 'a', 50, 90))).toEqual([
      ['a', 0, 10],
      ['b', 10, 40],
      ['a', 40, 50],
      ['c', 50, 90],
      ['a', 90, 100],
    ]);
  });

  test("cuts work that outlives its caller at the caller's end", () => {
    expect(path(span('a', '', 0, 30, 'client'), span('b', 'a', 5, 99, 'server'))).toEqual([
      ['a', 0, 5],
      ['b', 5, 30],
    ]);
  });

  test('never waits for the one who handles a message, under the producer or beside it', () => {
    const spans = [
      span('a', '', 0, 10),
      span('p', 'a', 1, 2, 'producer'),
      span('q', 'p', 1, 50, 'consumer'),
      span('r', 'p', 1, 2, 'server'),
      span('s', 'a', 3, 9, 'consumer'),
    ];
    expect(path(...spans)).toEqual([
      ['a', 0, 1],
      ['p', 1, 2],
      ['a', 2, 10],
    ]);
  });

  test('starts from what somebody waited for, although a message was handled longer', () => {
    expect(path(span('a', '', 0, 10, 'server'), span('q', '', 5, 500, 'consumer'))).toEqual([['a', 0, 10]]);
  });

  test('moves a server whose clock is behind into its call, with all below it', () => {
    const spans = [
      span('a', '', 1000, 1100, 'client'),
      span('b', 'a', 0, 60, 'server'),
      span('c', 'b', 10, 50),
    ];
    expect(criticalPath(spans)).toEqual([
      { spanId: 'a', from: 1000, to: 1020, shiftNs: 0 },
      { spanId: 'b', from: 1020, to: 1030, shiftNs: 1020 },
      { spanId: 'c', from: 1030, to: 1070, shiftNs: 1020 },
      { spanId: 'b', from: 1070, to: 1080, shiftNs: 1020 },
      { spanId: 'a', from: 1080, to: 1100, shiftNs: 0 },
    ]);
  });

  test('moves a server whose clock is ahead, to the start of a call that is shorter', () => {
    expect(path(span('a', '', 0, 100, 'client'), span('b', 'a', 500, 700, 'server'))).toEqual([
      ['b', 0, 100],
    ]);
  });

  test('ends on broken telemetry: loops, own parents, ends before starts, nothing at all', () => {
    expect(path(span('a', 'b', 0, 10), span('b', 'a', 0, 10))).not.toEqual([]);
    expect(path(span('a', 'a', 0, 10))).toEqual([['a', 0, 10]]);
    expect(path(span('a', '', 0, 10), span('b', 'a', 8, 2))).toEqual([['a', 0, 10]]);
    expect(path()).toEqual([]);
  });

  test('is as long as the main root for a trace of 100,000 spans, however deep', () => {
    const spans = Array.from({ length: 100_000 }, (_, n) =>
      span(`s${n}`, n === 0 ? '' : `s${n - 1}`, n, 300_000 - n),
    );
    const length = criticalPath(spans).reduce((sum, s) => sum + s.to - s.from, 0);
    expect(length).toBe(300_000);
  });
});
