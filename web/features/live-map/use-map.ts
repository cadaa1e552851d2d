'use client';
import { useLocalStorage } from '@mantine/hooks';
import { useCallback, useMemo, useState } from 'react';
import { useSettled } from '../../live/use-settled.ts';
import { useLiveState, useWindow } from '../../live/use-window.ts';
import { type Curve, curveBetween, radiusOf } from './model/geometry.ts';
import { type MapStructure, mapFigures, mapStructure, structureKey } from './model/graph.ts';
import { type Canvas, layoutMap, type Point } from './model/layout.ts';

const STORAGE_KEY = 'stormglass.map.places';
/** Rings and numbers change at most this often, milliseconds: faster than an eye reads, slower than frames come. */
const FIGURES_MS = 100;
const NO_AGENTS: never[] = [];

const NOT_MOVED: Record<string, Point> = {};

function readPlaces(stored: string | undefined): Record<string, Point> {
  try {
    const places: unknown = JSON.parse(stored ?? '{}');
    if (typeof places !== 'object' || places === null) return NOT_MOVED;
    return Object.fromEntries(
      Object.entries(places).filter(([, p]) => typeof p?.x === 'number' && typeof p?.y === 'number'),
    );
  } catch {
    // Unreadable: the computed layout is as good.
    return NOT_MOVED;
  }
}

/** Where a person has dragged nodes to, for this browser. */
function useMoved() {
  const [moved, setMoved, reset] = useLocalStorage<Record<string, Point>>({
    key: STORAGE_KEY,
    defaultValue: NOT_MOVED,
    deserialize: readPlaces,
  });
  const move = useCallback(
    (id: string, point: Point) => setMoved((old) => ({ ...old, [id]: point })),
    [setMoved],
  );
  return { moved, move, reset };
}

function useStructure(): MapStructure {
  const { timeline, at } = useSettled(useWindow(), 1_000);
  const agents = useLiveState()?.agents ?? NO_AGENTS;
  const [kept, setKept] = useState<MapStructure>({ nodes: [], edges: [] });
  const next = useMemo(() => mapStructure(timeline, at, agents), [timeline, at, agents]);
  // The same structure keeps its identity, so that the layout is computed once.
  if (structureKey(next) !== structureKey(kept)) {
    setKept(next);
    return next;
  }
  return kept;
}

/** Everything the map draws: structure, places, figures at the instant shown. */
export function useMap(canvas: Canvas) {
  const page = useWindow();
  const structure = useStructure();
  const { moved, move, reset } = useMoved();
  const places = useMemo(() => {
    const computed = layoutMap(structure, canvas);
    for (const id of computed.keys()) {
      const own = moved[id];
      // Moved places are kept as shares of the width, so that they hold on both canvases.
      if (own) computed.set(id, { x: own.x * canvas.width, y: own.y });
    }
    return computed;
  }, [structure, moved, canvas]);
  const curves = useMemo(() => curvesOf(structure, places), [structure, places]);
  const { timeline, at } = useSettled(page, FIGURES_MS);
  const figures = useMemo(() => mapFigures(structure, timeline, at), [structure, timeline, at]);
  const moveTo = useCallback(
    (id: string, point: Point) => move(id, { x: point.x / canvas.width, y: point.y }),
    [move, canvas],
  );
  return {
    canvas,
    page,
    structure,
    places,
    curves,
    figures,
    move: moveTo,
    reset,
    moved: Object.keys(moved).length > 0,
  };
}

const CLEARANCE_PX = 40;

function isBetween(p: Point | undefined, a: Point, b: Point): boolean {
  if (!p || p.x <= Math.min(a.x, b.x) + 30 || p.x >= Math.max(a.x, b.x) - 30) return false;
  const y = a.y + ((p.x - a.x) / (b.x - a.x)) * (b.y - a.y);
  return Math.abs(y - p.y) < CLEARANCE_PX;
}

function curvesOf(structure: MapStructure, places: ReadonlyMap<string, Point>): Map<string, Curve> {
  const nodes = new Map(structure.nodes.map((n) => [n.id, n]));
  const curves = new Map<string, Curve>();
  const inside = structure.nodes.filter((n) => n.kind !== 'outside');
  for (const edge of structure.edges) {
    const from = nodes.get(edge.from);
    const to = nodes.get(edge.to);
    const a = places.get(edge.from);
    const b = places.get(edge.to);
    if (!from || !to || !a || !b) continue;
    // Somebody stands near the straight line between the two.
    const skips = inside.some((n) => n !== from && n !== to && isBetween(places.get(n.id), a, b));
    curves.set(edge.id, curveBetween(a, radiusOf(from), b, radiusOf(to), skips));
  }
  return curves;
}
