import type { CallFigures, ServiceMap } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { percent } from '../../../ui/format.ts';
import { shopTimeline } from '../testing/shop.ts';
import { comparedRanges, readBaseline, writeBaseline } from './baseline.ts';
import { changesIn, changesOf, changeWords, countWords, signed } from './compare.ts';
import { mapStructure } from './structure.ts';
import { viewOf } from './view.ts';

const AT = 1_800_000_000_999;
const SHOP = mapStructure(shopTimeline(AT), AT, []);

function figures(calls: number, errors: number, p95Ms: number | null): CallFigures {
  const errorRatio = calls === 0 ? null : errors / calls;
  return { calls, errors, receipts: 0, rate: calls / 100, errorRatio, p50Ms: p95Ms, p95Ms, p99Ms: p95Ms };
}

const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);

function row(base: CallFigures, now: CallFigures) {
  const delta = {
    rate: now.rate - base.rate,
    errorRatio: minus(now.errorRatio, base.errorRatio),
    p95Ms: minus(now.p95Ms, base.p95Ms),
  };
  return { now, base, delta };
}

const STEADY = row(figures(100, 0, 40), figures(120, 0, 42));
const SLOWER = row(figures(100, 0, 40), figures(100, 0, 160));
const FAILING = row(figures(100, 1, 40), figures(100, 11, 20));
const QUICKER = row(figures(100, 0, 160), figures(100, 0, 40));
const NEW = row(figures(0, 0, null), figures(50, 0, 10));
const GONE = row(figures(50, 0, 10), figures(0, 0, null));
const FEW = row(figures(100, 0, 40), figures(5, 5, 900));

type EdgeRow = ServiceMap['edges'][number];
const edge = (kind: EdgeRow['kind'], service: string, peer: string, of: typeof STEADY): EdgeRow => ({
  ...{ kind, service, peer },
  ...of,
});
const CHANGES = changesOf({
  nodes: [
    { name: 'orders', kind: 'service', ...SLOWER },
    { name: 'orders', kind: 'database', ...STEADY },
    { name: 'notifications', kind: 'queue', ...STEADY },
  ],
  edges: [
    edge('client', 'gateway', 'orders', SLOWER),
    edge('client', 'orders', 'payments', FAILING),
    edge('client', 'orders', 'inventory', STEADY),
    edge('client', 'orders', 'shipping', QUICKER),
    edge('producer', 'orders', 'notifications', NEW),
    edge('consumer', 'notifications', 'notifications', GONE),
    edge('db', 'orders', 'orders', SLOWER),
    edge('client', 'gateway', 'catalog', FEW),
  ],
});
const said = (id: string) => {
  const change = CHANGES.edges.get(id);
  if (!change) throw new Error(`${id} was not compared`);
  const { mark, words } = changeWords(change);
  return `${mark} ${words}`.trim();
};

describe('the difference against a baseline', () => {
  it('stands at the nodes and edges of the map', () => {
    expect([...CHANGES.nodes.keys()]).toEqual(['orders', 'queue:notifications']);
    expect(CHANGES.nodes.get('orders')?.verdict).toBe('worse');
    expect([...CHANGES.edges.keys()]).toContain('orders>queue:notifications');
    expect([...CHANGES.edges.keys()]).toContain('queue:notifications>notifications');
    expect([...CHANGES.edges.keys()]).not.toContain('orders>orders');
  });

  it('says what changed most, with a shape besides the colour', () => {
    expect(said('gateway>orders')).toBe('▲ +120 ms');
    expect(said('orders>payments')).toBe('▲ +10 % failed');
    expect(said('orders>shipping')).toBe('▼ −120 ms');
    expect(said('orders>inventory')).toBe('= same');
    expect(said('orders>queue:notifications')).toBe('+ new');
    expect(said('queue:notifications>notifications')).toBe('− no calls now');
  });

  it('writes a difference with its sign, but for one that is hardly any', () => {
    expect(signed(0.03, percent)).toBe('+3 %');
    expect(signed(-0.03, percent)).toBe('−3 %');
    expect(signed(-0.0001, percent)).toBe('<0.1 %');
    expect(signed(0, percent)).toBe('±0 %');
    expect(signed(null, percent)).toBe('–');
  });

  it('judges nothing by fewer than twenty calls', () => {
    expect(CHANGES.edges.get('gateway>catalog')?.verdict).toBe('few');
    expect(said('gateway>catalog')).toBe('too few calls');
  });

  it('counts what differs', () => {
    expect(countWords(CHANGES)).toBe('2 worse, 1 gone, 1 new, 1 better');
    expect(countWords({ nodes: new Map(), edges: new Map() })).toBe('nothing differs');
  });

  it('is that of the worst behind a cluster', () => {
    const view = viewOf(SHOP, 'on', new Set());
    const cluster = view.standIn('orders');
    expect(cluster).not.toBe('orders');
    const changes = changesIn(view, CHANGES);
    expect(changes.nodes.get(cluster)?.verdict).toBe('worse');
    expect(changes.edges.get(view.edgeOf('gateway>orders'))?.verdict).toBe('worse');
  });
});

describe('the baseline in the address', () => {
  const page = { from: 1_000_000, to: 1_160_000, at: 1_155_400, live: true };

  it('is the time just before, or a range that was kept', () => {
    expect(readBaseline('before')).toEqual({ kind: 'before' });
    expect(readBaseline('1000000-1150000')).toEqual({ kind: 'kept', from: 1_000_000, to: 1_150_000 });
    for (const text of ['', 'x', '5-1', '1-2-3', '7']) expect(readBaseline(text)).toBeNull();
    for (const text of ['before', '1000000-1150000', ''])
      expect(writeBaseline(readBaseline(text))).toBe(text);
  });

  it('is asked for on a grid while the page follows the clock', () => {
    expect(comparedRanges(page, { kind: 'before' })).toEqual({
      now: { from: 1_000_000, to: 1_150_000 },
      base: { from: 850_000, to: 1_000_000 },
    });
    const later = comparedRanges({ ...page, from: page.from + 900, at: page.at + 900 }, { kind: 'before' });
    expect(later).toEqual(comparedRanges(page, { kind: 'before' }));
  });

  it('keeps its range whatever is shown', () => {
    const kept = { kind: 'kept', from: 5_000, to: 65_000 } as const;
    expect(comparedRanges({ ...page, live: false }, kept)).toEqual({
      now: { from: 1_000_000, to: 1_155_400 },
      base: { from: 5_000, to: 65_000 },
    });
  });
});
