import { emptyTimeline, type Timeline } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import type { AgentView } from '../../../live/protocol.ts';
import { trafficCell } from '../../../live/testing/telemetry.ts';
import { shopTimeline } from '../testing/shop.ts';
import { type Box, cellBox, intersects, labelBox, pictureBox } from './boxes.ts';
import { curveBetween, pointAt } from './geometry.ts';
import { canvasFor, layoutMap } from './layout.ts';
import { edgeLabelBox, edgeLabels, routesOf } from './routes.ts';
import { type MapStructure, mapStructure } from './structure.ts';

const S = 1_800_000_000;
const AT = S * 1000 + 999;
const SHOP = shopTimeline(AT);
const REGISTRY: AgentView[] = ['registry', 'auditor', 'loadgen'].map((service) => ({
  agentId: service,
  kind: 'node',
  service,
  instance: `${service}-1`,
  version: '1',
  pid: 1,
  startedAt: 0,
  chaosAllowed: true,
  capabilities: [],
  reach: [],
  leases: [],
  controls: [],
  protections: [],
  dropped: {},
  connected: true,
  lastSeenAt: 0,
}));
const STRUCTURE = mapStructure(SHOP, AT, REGISTRY);

/** Where the map stands at 1440 x 900, without and with its panel, and on a phone. */
const VIEWS = {
  'at 1440 x 900': { width: 1376, height: 582 },
  'beside its panel': { width: 996, height: 582 },
  'on a phone': { width: 390, height: 460 },
};
const canvasOf = ({ width, height }: { width: number; height: number }) => canvasFor(width, height);

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function shuffled<T>(rows: readonly T[], random: () => number): T[] {
  return rows
    .map((row) => ({ row, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
}

function overlaps(boxes: readonly { name: string; box: Box }[]): string[] {
  return boxes.flatMap((a, i) =>
    boxes.slice(i + 1).flatMap((b) => (intersects(a.box, b.box) ? [`${a.name} and ${b.name}`] : [])),
  );
}

/** Names of whoever stands in another place in `b`. */
function movedBetween(a: MapStructure, b: MapStructure): string[] {
  const canvas = canvasOf(VIEWS['at 1440 x 900']);
  const before = layoutMap(a, canvas).places;
  const after = layoutMap(b, canvas).places;
  return [...before].filter(([id, p]) => after.get(id)?.x !== p.x).map(([id]) => id);
}

function withTraffic(...cells: Parameters<typeof trafficCell>[0][]): MapStructure {
  const traffic = [
    ...SHOP.traffic,
    ...cells.map((change) => trafficCell({ second: S, operation: '', ...change })),
  ];
  return mapStructure({ ...SHOP, traffic }, AT, REGISTRY);
}

describe('the map of the whole shop', () => {
  it.each(Object.entries(VIEWS))('lays nothing over anything else %s', (_, view) => {
    const { canvas, places } = layoutMap(STRUCTURE, canvasOf(view));
    const boxes = STRUCTURE.nodes.map((node) => {
      const place = places.get(node.id);
      if (!place) throw new Error(`${node.id} has no place`);
      return { name: node.id, node, place, box: cellBox(node, place) };
    });
    expect(overlaps(boxes)).toEqual([]);
    for (const { box } of boxes) {
      expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(-0.01);
      expect(box.right).toBeLessThanOrEqual(canvas.width + 0.01);
      expect(box.bottom).toBeLessThanOrEqual(canvas.height + 0.01);
    }
    const labels = edgeLabels(STRUCTURE, places, routesOf(STRUCTURE, places));
    const drawn = [
      ...boxes.flatMap(({ name, node, place }) => [
        { name, box: pictureBox(node, place) },
        { name: `label of ${name}`, box: labelBox(node, place) },
      ]),
      ...[...labels].map(([id, place]) => ({ name: `words of ${id}`, box: edgeLabelBox(place) })),
    ];
    expect(overlaps(drawn)).toEqual([]);
  });

  it.each(Object.entries(VIEWS))('can be read %s', (name, view) => {
    const { canvas } = layoutMap(STRUCTURE, canvasOf(view));
    // A phone shows its width and scrolls; elsewhere the whole fits.
    const across = view.width / canvas.width;
    const zoom = canvas.tall ? across : Math.min(across, view.height / canvas.height);
    expect(zoom).toBeGreaterThan(name === 'beside its panel' ? 0.62 : 0.8);
  });

  it('stands the same in whatever order its telemetry came', () => {
    const random = seeded(7);
    const canvas = canvasOf(VIEWS['at 1440 x 900']);
    const places = (timeline: Timeline) => {
      const structure = mapStructure(timeline, AT, shuffled(REGISTRY, random));
      const edges = shuffled(structure.edges, random);
      return [
        ...layoutMap({ ...structure, edges, nodes: shuffled(structure.nodes, random) }, canvas).places,
      ].sort();
    };
    const first = places(SHOP);
    for (let i = 0; i < 20; i += 1) {
      const traffic = shuffled(SHOP.traffic, random);
      expect(places({ ...SHOP, traffic, breakers: shuffled(SHOP.breakers, random) })).toEqual(first);
    }
  });

  it('keeps everybody in place when a service is added where there is room', () => {
    const added = withTraffic(
      { kind: 'client', service: 'gateway', peer: 'wishlist' },
      { service: 'wishlist' },
    );
    expect(movedBetween(STRUCTURE, added)).toEqual([]);
  });

  it('shows who is not ours beyond everybody else, and those whom all call apart', () => {
    const { places } = layoutMap(STRUCTURE, canvasOf(VIEWS['at 1440 x 900']));
    const x = (id: string) => places.get(id)?.x ?? Number.NaN;
    const shared = STRUCTURE.nodes.filter((n) => n.shared).map((n) => n.id);
    expect(shared).toEqual(['identity', 'registry']);
    for (const node of STRUCTURE.nodes)
      if (node.kind !== 'outside') expect(x(node.id)).toBeLessThan(x('outside-world'));
    for (const [from, to] of [
      ['loadgen', 'gateway'],
      ['gateway', 'orders'],
      ['orders', 'payments'],
    ] as const) {
      expect(x(from)).toBeLessThan(x(to));
    }
  });
});

describe('layoutMap', () => {
  const canvas = canvasFor(996, 580);
  const structureOf = (...cells: Parameters<typeof trafficCell>[0][]) =>
    mapStructure({ ...emptyTimeline(), traffic: cells.map((c) => trafficCell({ second: S, ...c })) }, AT, []);

  it('never lays two nodes of a crowded layer over each other', () => {
    const cells = Array.from({ length: 22 }, (_, i) => [
      { kind: 'client', service: 'orders', peer: `service-${i}` } as const,
      { service: `service-${i}` },
    ]).flat();
    const structure = structureOf(...cells);
    const { places } = layoutMap(structure, canvas);
    const boxes = structure.nodes.flatMap((node) => {
      const place = places.get(node.id);
      return place ? [{ name: node.id, box: cellBox(node, place) }] : [];
    });
    expect(boxes).toHaveLength(23);
    expect(overlaps(boxes)).toEqual([]);
  });

  it('survives a cycle of calls', () => {
    const structure = structureOf(
      { service: 'a' },
      { service: 'b' },
      { kind: 'client', service: 'a', peer: 'b' },
      { kind: 'client', service: 'b', peer: 'a' },
    );
    expect(layoutMap(structure, canvas).places.size).toBe(2);
  });
});

describe('mapStructure', () => {
  it('takes the calls of a breaker with a name of its own for calls of the service behind it', () => {
    const ids = STRUCTURE.nodes.map((n) => n.id);
    expect(ids).not.toContain('identity-tokens');
    expect(STRUCTURE.edges.map((e) => e.id)).toContain('auditor>identity');
  });

  it('says of an address without a name that it is a port', () => {
    const node = STRUCTURE.nodes.find((n) => n.id.startsWith('127.0.0.1:'));
    expect(node?.name).toMatch(/^port \d+$/);
  });
});

describe('curveBetween', () => {
  it('leaves the rings free at both ends', () => {
    const curve = curveBetween({ x: 0, y: 0 }, 20, { x: 200, y: 0 }, 30, 0);
    expect(curve.a.x).toBeGreaterThan(20);
    expect(curve.b.x).toBeLessThan(170);
    expect(pointAt(curve, 0)).toEqual(curve.a);
  });
});
