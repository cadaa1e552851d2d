import { describe, expect, it } from 'vitest';
import { largeTimeline } from '../testing/large.ts';
import { shopTimeline } from '../testing/shop.ts';
import { type Box, cellBox, intersects, labelBox, pictureBox } from './boxes.ts';
import { clustersOf, isClustered } from './clusters.ts';
import { type FramedLayout, layoutView } from './frames.ts';
import { canvasFor } from './layout.ts';
import { namespacesOf } from './namespaces.ts';
import { readOpen, writeOpen } from './open-clusters.ts';
import { edgeLabelBox, edgeLabels, routesOf } from './routes.ts';
import { type MapStructure, mapStructure } from './structure.ts';
import { edgesBetween, type MapView, viewOf } from './view.ts';

const AT = 1_800_000_000_999;
const LARGE = mapStructure(largeTimeline(AT, 200, 600), AT, []);
const SHOP = mapStructure(shopTimeline(AT), AT, []);

const VIEWS = {
  'at 1440 x 900': canvasFor(1376, 582),
  'beside its panel': canvasFor(996, 582),
  'on a phone': canvasFor(390, 460),
};
const OPENED = {
  closed: new Set<string>(),
  'partly open': new Set(['namespace:search', 'namespace:billing', 'layer:3']),
  'wholly open': 'all',
} as const;
const CASES = Object.entries(VIEWS).flatMap(([view, canvas]) =>
  Object.entries(OPENED).map(([how, open]) => ({ how, view, canvas, open })),
);

interface Named {
  name: string;
  box: Box;
}

function overlaps(boxes: readonly Named[]): string[] {
  const rows = [...boxes].sort((a, b) => a.box.left - b.box.left);
  return rows.flatMap((a, i) => {
    const found: string[] = [];
    for (let j = i + 1; j < rows.length; j += 1) {
      const b = rows[j];
      if (!b || b.box.left >= a.box.right) break;
      if (intersects(a.box, b.box)) found.push(`${a.name} and ${b.name}`);
    }
    return found;
  });
}

/** Places are sums of fractions of a pixel. */
const inner = ({ left, right, top, bottom }: Box): Box => ({
  left: left + 0.01,
  right: right - 0.01,
  top: top + 0.01,
  bottom: bottom - 0.01,
});

function cells({ shown }: MapView, { places }: FramedLayout): Named[] {
  return shown.nodes.map((node) => {
    const place = places.get(node.id);
    if (!place) throw new Error(`${node.id} has no place`);
    return { name: node.id, box: inner(cellBox(node, place)) };
  });
}

const holds = (outer: Box, box: Box): boolean =>
  box.left >= outer.left && box.right <= outer.right && box.top >= outer.top && box.bottom <= outer.bottom;

describe('a map of 200 services and 600 calls', () => {
  it('is clustered by namespaces, then by layer, each service once', () => {
    const clusters = clustersOf(LARGE);
    expect(LARGE.nodes.filter(({ kind }) => kind === 'service')).toHaveLength(200);
    expect(clusters.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['namespace:billing', 'namespace:search', 'kind:outside world', 'layer:3']),
    );
    const members = clusters.flatMap(({ members }) => members);
    expect(new Set(members).size).toBe(members.length);
    const { shown } = viewOf(LARGE, 'auto', new Set());
    expect(shown.nodes.length).toBeLessThan(30);
  });

  it.each(CASES)('$how lays nothing over anything else $view', ({ canvas, open }) => {
    const view = viewOf(LARGE, 'auto', open);
    const layout = layoutView(LARGE, view, canvas);
    const boxes = cells(view, layout);
    expect(overlaps(boxes)).toEqual([]);
    for (const { box } of boxes) {
      expect(holds({ left: 0, top: 0, right: layout.canvas.width, bottom: layout.canvas.height }, box)).toBe(
        true,
      );
    }
    for (const { cluster, box } of layout.frames) {
      const inside = boxes.filter((one) => cluster.members.includes(one.name));
      expect(inside).toHaveLength(cluster.members.length);
      for (const one of inside) expect(holds(box, one.box), one.name).toBe(true);
      const others = boxes.filter((one) => !cluster.members.includes(one.name));
      expect(others.filter((one) => intersects(one.box, box)).map(({ name }) => name)).toEqual([]);
    }
  });

  it.each(CASES)('$how writes no words over others or over a node $view', ({ canvas, open }) => {
    const view = viewOf(LARGE, 'auto', open);
    const { places } = layoutView(LARGE, view, canvas);
    const labels = edgeLabels(view.shown, places, routesOf(view.shown, places));
    const drawn = view.shown.nodes.flatMap((node) => {
      const place = places.get(node.id) ?? { x: 0, y: 0 };
      return [
        { name: node.id, box: inner(pictureBox(node, place)) },
        { name: `label of ${node.id}`, box: inner(labelBox(node, place)) },
      ];
    });
    const words = [...labels].map(([id, place]) => ({
      name: `words of ${id}`,
      box: inner(edgeLabelBox(place)),
    }));
    expect(words.length).toBeGreaterThan(0);
    expect(overlaps([...drawn, ...words])).toEqual([]);
  });

  it('stands the same whatever order its telemetry came in', () => {
    const turned: MapStructure = {
      ...LARGE,
      nodes: LARGE.nodes.toReversed(),
      edges: LARGE.edges.toReversed(),
    };
    const places = (structure: MapStructure) =>
      [
        ...layoutView(structure, viewOf(structure, 'auto', OPENED['partly open']), VIEWS['at 1440 x 900'])
          .places,
      ].sort();
    expect(places(turned)).toEqual(places(LARGE));
  });

  it('keeps the order of its columns when a cluster is opened', () => {
    const columns = (open: ReadonlySet<string>) => {
      const view = viewOf(LARGE, 'auto', open);
      const { places } = layoutView(LARGE, view, VIEWS['at 1440 x 900']);
      return view.clusters
        .filter(({ id }) => id !== 'namespace:search')
        .map(({ id, layer }) => ({ layer, x: places.get(id)?.x ?? Number.NaN }))
        .sort((a, b) => a.layer - b.layer || a.x - b.x)
        .map(({ x }) => x);
    };
    const opened = columns(new Set(['namespace:search']));
    expect(opened).toEqual([...opened].sort((a, b) => a - b));
  });

  it('counts every call once, whichever clusters are closed', () => {
    const { shown, behind, standIn } = viewOf(LARGE, 'auto', OPENED['partly open']);
    const drawn = shown.edges.flatMap(({ id }) => behind.get(id)?.map((edge) => edge.id) ?? [id]);
    const within = LARGE.edges.filter(({ from, to }) => standIn(from) === standIn(to));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawn.length + within.length).toBe(LARGE.edges.length);
  });

  it('lets the lines at closed clusters recede that say least, and none of an open one', () => {
    const { shown, behind } = viewOf(LARGE, 'auto', new Set());
    const lines = shown.edges.filter(({ id }) => behind.has(id));
    const clear = lines.filter(({ recedes }) => !recedes);
    expect(clear).toHaveLength(40);
    const count = ({ id }: { id: string }) => behind.get(id)?.length ?? 0;
    const least = Math.min(...clear.map(count));
    for (const line of lines) if (line.recedes) expect(count(line)).toBeLessThanOrEqual(least);
    const inside = viewOf(LARGE, 'auto', new Set(['namespace:search'])).shown.edges.filter(
      ({ from, to }) => from.startsWith('search-') && to.startsWith('search-'),
    );
    expect(inside.length).toBeGreaterThan(0);
    expect(inside.filter(({ recedes }) => recedes)).toEqual([]);
  });

  it('names the connections behind a line between clusters, also when one of them has been opened since', () => {
    const { clusters, behind } = viewOf(LARGE, 'auto', new Set());
    const [id = '', edges = []] = [...behind].find(([key]) => /^namespace:\w+>namespace:/.test(key)) ?? [];
    const again = edgesBetween(LARGE, clusters, id)?.map((edge) => edge.id);
    expect(again?.sort()).toEqual(edges.map((edge) => edge.id).sort());
    expect(edgesBetween(LARGE, clusters, 'edge>standalone10')).toBeNull();
  });
});

describe('clusters', () => {
  it('are left out of a small map unless a person asks for them', () => {
    expect(isClustered(SHOP, 'auto')).toBe(false);
    expect(isClustered(SHOP, 'on')).toBe(true);
    expect(isClustered(LARGE, 'auto')).toBe(true);
    expect(isClustered(LARGE, 'off')).toBe(false);
    expect(viewOf(SHOP, 'auto', new Set()).shown.nodes).toHaveLength(SHOP.nodes.length);
    expect(viewOf(SHOP, 'on', new Set()).shown.nodes.length).toBeLessThan(SHOP.nodes.length);
  });

  it('leave alone whom everybody calls', () => {
    const { shown } = viewOf(SHOP, 'on', new Set());
    expect(shown.nodes.map(({ id }) => id)).toContain('identity');
  });

  it('remember in the address which are open', () => {
    const { clusters } = viewOf(LARGE, 'auto', new Set());
    const open = new Set(['namespace:search', 'layer:3', 'of another map']);
    expect(writeOpen(open, clusters)).toBe('layer:3,namespace:search');
    expect(readOpen(writeOpen(open, clusters))).toEqual(new Set(['layer:3', 'namespace:search']));
    expect(writeOpen(new Set(clusters.map(({ id }) => id)), clusters)).toBe('all');
    expect(readOpen('')).toEqual(new Set());
    const odd = clusters.slice(0, 2).map((cluster, i) => ({ ...cluster, id: ['a,b%2C', 'c'][i] ?? '' }));
    expect(readOpen(writeOpen(new Set(['a,b%2C']), odd))).toEqual(new Set(['a,b%2C']));
  });
});

describe('namespacesOf', () => {
  it('takes first words that at least three share, whatever parts them', () => {
    const names = ['pay-api', 'pay.ledger', 'pay', 'web-a', 'web-b', 'alone'];
    expect(namespacesOf(names)).toEqual(new Map([['pay', ['pay-api', 'pay.ledger', 'pay']]]));
  });

  it('looks past a word with which all names begin', () => {
    const names = ['a', 'b'].flatMap((team) => [1, 2, 3].map((i) => `shop-${team}-${i}`));
    expect([...namespacesOf(names).keys()]).toEqual(['shop-a', 'shop-b']);
    expect(namespacesOf(['svc-1', 'svc-2', 'svc-3', 'svc-4'])).toEqual(new Map());
  });

  it('parts a namespace that is too large where its names tell how', () => {
    const names = ['eu', 'us'].flatMap((region) =>
      Array.from({ length: 30 }, (_, i) => `pay-${region}-${i}`),
    );
    expect([...namespacesOf([...names, 'x', 'y', 'z']).keys()]).toEqual(['pay-eu', 'pay-us']);
  });
});
