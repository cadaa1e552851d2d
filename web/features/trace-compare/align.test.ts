import type { SpanView } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { align, differences, differs, noiseOf, structure, weightiest } from './align.ts';

const MS = 1e6;
let ids = 0;

/** `parent` is the span itself, so that two traces can have the same names under other ids. */
function span(
  name: string,
  parent: SpanView | null,
  from: number,
  to: number,
  more: Partial<SpanView> = {},
): SpanView {
  ids += 1;
  return {
    traceId: 't',
    spanId: `s${ids}`,
    parentSpanId: parent?.spanId ?? '',
    service: 'orders',
    instance: 'orders-1',
    name,
    kind: 'internal',
    startNs: '0',
    offsetNs: from * MS,
    durationNs: (to - from) * MS,
    status: 'unset',
    statusMessage: '',
    attributes: {},
    resource: {},
    events: [],
    links: [],
    ...more,
  };
}

function order(charge: number, extra: 'none' | 'retry' = 'none'): SpanView[] {
  const root = span('POST /orders', null, 0, charge + 30);
  const reserve = span('reserve', root, 5, 15);
  const pay = span('charge', root, 15, charge + 15);
  const retry = span('charge', root, charge + 16, charge + 20);
  return [root, reserve, pay, ...(extra === 'retry' ? [retry] : [])];
}
const names = (lines: ReturnType<typeof align>) =>
  lines.map(
    ({ a, b, depth }) => `${'>'.repeat(depth)}${a ? 'A' : '-'}${b ? 'B' : '-'} ${(a ?? b)?.span.name}`,
  );

describe('two traces of the same work', () => {
  it('are one tree, whatever the ids and the times', () => {
    expect(names(align(order(20), order(500)))).toEqual(['AB POST /orders', '>AB reserve', '>AB charge']);
  });

  it('put the time where it was spent, not on those who waited for it', () => {
    const lines = align(order(20), order(500));
    expect(lines.map(({ selfDeltaNs }) => selfDeltaNs / MS)).toEqual([0, 0, 480]);
    expect(names(weightiest(lines, noiseOf(530 * MS), 3))).toEqual(['>AB charge']);
    expect(names(differences(lines, noiseOf(530 * MS)))).toEqual(['AB POST /orders', '>AB charge']);
  });

  it('have a retry of one of them behind the call it came after', () => {
    const lines = align(order(20), order(20, 'retry'));
    expect(names(lines)).toEqual(['AB POST /orders', '>AB reserve', '>AB charge', '>-B charge']);
    expect(structure(lines)).toEqual({ both: 3, onlyA: 0, onlyB: 1 });
    expect(structure(align(order(20, 'retry'), order(20)))).toEqual({ both: 3, onlyA: 1, onlyB: 0 });
  });

  it('pair calls which ran at the same time, in whatever order they began', () => {
    const root = span('r', null, 0, 9);
    const swapped = span('r', null, 0, 9);
    const lines = align(
      [root, span('x', root, 1, 3), span('y', root, 2, 4)],
      [swapped, span('y', swapped, 1, 3), span('x', swapped, 2, 4)],
    );
    expect(structure(lines)).toEqual({ both: 3, onlyA: 0, onlyB: 0 });
  });

  it('differ where one failed and the other did not', () => {
    const [a = null] = align([span('r', null, 0, 9)], [span('r', null, 0, 9, { status: 'error' })]);
    expect(a && differs(a, noiseOf(9 * MS))).toBe(true);
    const [same = null] = align([span('r', null, 0, 9)], [span('r', null, 0, 9)]);
    expect(same && differs(same, noiseOf(9 * MS))).toBe(false);
  });
});

it('two traces of other work have nothing in common, and both are shown', () => {
  expect(names(align([span('a', null, 0, 1)], [span('b', null, 0, 1)]))).toEqual(['-B b', 'A- a']);
});

it('time in which two children work at once is taken from the caller once', () => {
  const root = span('r', null, 0, 100);
  const [line] = align(
    [root, span('x', root, 10, 60), span('y', root, 20, 70), span('z', root, 65, 300)],
    [],
  );
  expect(line?.a?.selfNs).toBe(10 * MS);
});

it('a trace of 20,000 spans, 5,000 deep, is compared with itself', () => {
  const spans: SpanView[] = [];
  for (let i = 0; i < 20_000; i++)
    spans.push(span(`n${i % 7}`, i < 5000 ? (spans[i - 1] ?? null) : (spans[0] ?? null), i, i + 1));
  expect(structure(align(spans, spans))).toEqual({ both: 20_000, onlyA: 0, onlyB: 0 });
});
