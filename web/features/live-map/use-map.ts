'use client';
import { useLocalStorage } from '@mantine/hooks';
import { useCallback, useMemo, useState } from 'react';
import { useSettled } from '../../live/use-settled.ts';
import { useLiveState, useWindow } from '../../live/use-window.ts';
import { withClusters } from './model/cluster-figures.ts';
import { layoutView } from './model/frames.ts';
import { mapFigures } from './model/graph.ts';
import type { Canvas, Point } from './model/layout.ts';
import { edgeLabels, routesOf } from './model/routes.ts';
import { type MapStructure, mapStructure, NO_STRUCTURE, structureKey } from './model/structure.ts';
import type { MapView } from './model/view.ts';
import { useView } from './use-view.ts';

const STORAGE_KEY = 'stormglass.map.places';
/** Rings and numbers change at most this often, milliseconds: faster than an eye reads, slower than frames come. */
const FIGURES_MS = 100;
/** With more nodes than this a redraw costs more than a frame. */
const LARGE_FROM = 60;
const LARGE_FIGURES_MS = 1_000;
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
  const [kept, setKept] = useState<MapStructure>(NO_STRUCTURE);
  const next = useMemo(() => mapStructure(timeline, at, agents), [timeline, at, agents]);
  // The same structure keeps its identity, so that the layout is computed once.
  if (structureKey(next) !== structureKey(kept)) {
    setKept(next);
    return next;
  }
  return kept;
}

/** Where everything stands, and the ways between; computed anew only when the structure or what is open changes. */
function usePlaces(structure: MapStructure, view: MapView, asked: Canvas) {
  const { moved, move, reset } = useMoved();
  const clustered = view.clusters.length > 0;
  const layout = useMemo(() => {
    const computed = layoutView(structure, view, asked);
    // Moved places are kept as shares of the width, so that they hold on each canvas that is as high; a frame holds its own.
    if (clustered || asked.tall) return computed;
    for (const id of computed.places.keys()) {
      const own = moved[id];
      if (own) computed.places.set(id, { x: own.x * computed.canvas.width, y: own.y });
    }
    return computed;
  }, [structure, view, clustered, moved, asked]);
  const { canvas, places } = layout;
  const curves = useMemo(() => routesOf(view.shown, places), [view, places]);
  const labels = useMemo(() => edgeLabels(view.shown, places, curves), [view, places, curves]);
  const moveTo = useCallback(
    (id: string, point: Point) => move(id, { x: point.x / canvas.width, y: point.y }),
    [move, canvas],
  );
  return {
    ...layout,
    curves,
    labels,
    move: moveTo,
    reset,
    movable: !clustered,
    moved: !clustered && Object.keys(moved).length > 0,
  };
}

/** Everything the map draws: structure, clusters, places, figures at the instant shown. */
export function useMap(asked: Canvas) {
  const page = useWindow();
  const structure = useStructure();
  const clustering = useView(structure);
  const { view } = clustering;
  const places = usePlaces(structure, view, asked);
  const large = structure.nodes.length > LARGE_FROM;
  const { timeline, at } = useSettled(page, large ? LARGE_FIGURES_MS : FIGURES_MS);
  const own = useMemo(() => mapFigures(structure, timeline, at), [structure, timeline, at]);
  const figures = useMemo(
    () => withClusters(structure, own, view, timeline, at),
    [structure, own, view, timeline, at],
  );
  return { page, structure, clustering, view, figures, ...places };
}

export type MapState = ReturnType<typeof useMap>;
