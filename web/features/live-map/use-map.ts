'use client';
import { useLocalStorage } from '@mantine/hooks';
import { useCallback, useMemo, useState } from 'react';
import { useSettled } from '../../live/use-settled.ts';
import { useLiveState, useWindow } from '../../live/use-window.ts';
import { mapFigures } from './model/graph.ts';
import { type Canvas, layoutMap, type Point } from './model/layout.ts';
import { edgeLabels, routesOf } from './model/routes.ts';
import { type MapStructure, mapStructure, NO_STRUCTURE, structureKey } from './model/structure.ts';

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
  const [kept, setKept] = useState<MapStructure>(NO_STRUCTURE);
  const next = useMemo(() => mapStructure(timeline, at, agents), [timeline, at, agents]);
  // The same structure keeps its identity, so that the layout is computed once.
  if (structureKey(next) !== structureKey(kept)) {
    setKept(next);
    return next;
  }
  return kept;
}

/** Everything the map draws: structure, places, figures at the instant shown. */
export function useMap(asked: Canvas) {
  const page = useWindow();
  const structure = useStructure();
  const { moved, move, reset } = useMoved();
  const { canvas, places } = useMemo(() => {
    const computed = layoutMap(structure, asked);
    for (const id of computed.places.keys()) {
      const own = moved[id];
      // Moved places are kept as shares of the width, so that they hold on each canvas that is as high.
      if (own && !asked.tall) computed.places.set(id, { x: own.x * computed.canvas.width, y: own.y });
    }
    return computed;
  }, [structure, moved, asked]);
  const curves = useMemo(() => routesOf(structure, places), [structure, places]);
  const labels = useMemo(() => edgeLabels(structure, places, curves), [structure, places, curves]);
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
    labels,
    figures,
    move: moveTo,
    reset,
    moved: Object.keys(moved).length > 0,
  };
}
