import { emptyTimeline, type Timeline } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { breakerMove, breakerSample, faultInterval, trafficCell } from '../../../live/testing/telemetry.ts';
import { shopTimeline } from '../testing/shop.ts';
import { withClusters } from './cluster-figures.ts';
import { edgeWords } from './edge-words.ts';
import { mapFigures } from './graph.ts';
import { probeWords } from './probes.ts';
import { mapStructure } from './structure.ts';
import { viewOf } from './view.ts';

const S = 1_800_000_000;
const AT = S * 1000 + 999;
const SHOP = shopTimeline(AT);

function edgeIn(timeline: Timeline, id: string, at = AT) {
  const state = mapFigures(mapStructure(timeline, at, []), timeline, at).edges.get(id);
  if (!state) throw new Error(`no edge ${id}`);
  return state;
}

describe('a half-open breaker on the map', () => {
  const HALF_AT = AT - 3_000;
  const moves = [
    breakerMove(AT - 60_000, 'closed', 'open'),
    breakerMove(AT - 30_000, 'open', 'half_open'),
    breakerMove(AT - 29_000, 'half_open', 'open'),
    breakerMove(HALF_AT, 'open', 'half_open'),
  ];
  const probed = (...samples: Parameters<typeof breakerSample>[]) =>
    edgeIn(
      { ...SHOP, transitions: moves, breakers: samples.map((given) => breakerSample(...given)) },
      'orders>payments',
    ).probes;

  it('has a dot for each probe that ended, failed rounds before this one first', () => {
    const probes = probed(
      // Before it went half-open; of an instance which is closed; of now.
      [AT - 4_000, { state: 'half_open', failure: 7 }],
      [AT - 2_000, { state: 'closed', instance: 'orders-2', failure: 5 }],
      [AT - 2_000, { state: 'half_open', success: 1 }],
      [AT - 1_000, { state: 'half_open', success: 1, timeout: 1 }],
    );
    expect(probes?.dots).toEqual(['failed', 'succeeded', 'succeeded', 'failed']);
    expect(probeWords(probes)).toBe('half-open, 2 of 4 probes failed');
  });

  it('has none for a probe that nobody has seen end', () => {
    const probes = probed([AT - 1_000, { state: 'half_open' }]);
    expect(probes?.dots).toEqual(['failed']);
    const first = edgeIn(
      {
        ...SHOP,
        transitions: moves.slice(0, 2),
        breakers: [breakerSample(AT - 1_000, { state: 'half_open' })],
      },
      'orders>payments',
    );
    expect(first.probes?.dots).toEqual([]);
    expect(probeWords(first.probes)).toBe('half-open');
  });

  it('has no probes when it is closed, or when nobody saw since when it is half-open', () => {
    expect(edgeIn(SHOP, 'orders>payments').probes).toBeNull();
    const unseen = { ...SHOP, breakers: [breakerSample(AT - 500, { state: 'half_open', success: 3 })] };
    expect(edgeIn(unseen, 'orders>payments').probes).toBeNull();
  });
});

describe('the words of an edge', () => {
  const timeline = (errors: number): Timeline => ({
    ...emptyTimeline(),
    traffic: [trafficCell({ second: S, kind: 'client', service: 'a', peer: 'b', calls: 60, errors })],
  });

  it('say the share that failed, and nothing of it when none did', () => {
    expect(edgeWords(edgeIn(timeline(0), 'a>b'), false)).toMatchObject({ failed: '', slow: false });
    expect(edgeWords(edgeIn(timeline(3), 'a>b'), false)).toMatchObject({ failed: '5 % failed' });
  });

  it('say what it carried before it went quiet', () => {
    const quiet = { ...timeline(0), traffic: timeline(0).traffic.map((c) => ({ ...c, second: S - 40 })) };
    expect(edgeWords(edgeIn(quiet, 'a>b'), false)).toMatchObject({
      value: '0/s',
      words: 'was 1.0',
      failed: '',
    });
  });
});

describe('several faults at once', () => {
  it('are all told of the node and of the edge they are on', () => {
    const onEdge = faultInterval(AT - 9_000).spec;
    const faults = [
      faultInterval(AT - 10_000, { faultId: 'f-1' }),
      faultInterval(AT - 9_000, { faultId: 'f-2' }),
      faultInterval(AT - 9_000, {
        faultId: 'f-3',
        spec: { ...onEdge, target: { kind: 'edge', from: 'orders', to: 'payments' } },
      }),
      faultInterval(AT - 9_000, { faultId: 'f-4', endedAt: AT - 1 }),
    ];
    const timeline = { ...SHOP, faults };
    const { nodes, edges } = mapFigures(mapStructure(timeline, AT, []), timeline, AT);
    expect(nodes.get('payments')?.faults.map(({ faultId }) => faultId)).toEqual(['f-1', 'f-2']);
    expect(edges.get('orders>payments')?.faults.map(({ faultId }) => faultId)).toEqual(['f-3']);
  });
});

describe('a closed cluster', () => {
  const failing: Timeline = {
    ...SHOP,
    faults: [faultInterval(AT - 1_000)],
    traffic: SHOP.traffic.map((c) =>
      c.kind === 'client' && c.peer === 'payments' ? { ...c, errors: 5 } : c,
    ),
  };
  const structure = mapStructure(failing, AT, []);
  const view = viewOf(structure, 'on', new Set());
  const own = mapFigures(structure, failing, AT);
  const figures = withClusters(structure, own, view, failing, AT);
  const cluster = view.standIn('payments');
  const members = view.clusters.find(({ id }) => id === cluster)?.members ?? [];

  it('adds up what its members did and what their callers saw', () => {
    const { own: work, seen, failing: failed, faults } = figures.nodes.get(cluster) ?? {};
    const served = SHOP.traffic.filter(
      (c) => (c.kind === 'server' || c.kind === 'consumer') && members.includes(c.service),
    );
    expect(work?.calls).toBe(served.reduce((sum, { calls }) => sum + calls, 0));
    // Orders and registry called payments.
    expect(seen?.errors).toBe(10);
    expect(failed).toBe(1);
    expect(faults).toHaveLength(1);
  });

  it('adds up the calls between its members and others', () => {
    const id = view.edgeOf('orders>payments');
    const behind = view.behind.get(id) ?? [];
    expect(behind.map((edge) => edge.id)).toContain('orders>payments');
    const sum = behind.reduce((total, edge) => total + (own.edges.get(edge.id)?.figures?.calls ?? 0), 0);
    expect(figures.edges.get(id)?.figures).toMatchObject({ calls: sum, errors: 5 });
  });

  it('keeps the figures of everybody for the panel', () => {
    expect(figures.nodes.get('payments')).toEqual(own.nodes.get('payments'));
    const open = viewOf(structure, 'on', 'all');
    expect(withClusters(structure, own, open, failing, AT)).toBe(own);
  });
});
