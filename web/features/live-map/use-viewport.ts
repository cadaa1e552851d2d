import { useReactFlow } from '@xyflow/react';
import { useEffect, useMemo, useRef } from 'react';
import type { Canvas, Point } from './model/layout.ts';
import type { MapState } from './use-map.ts';

/** Below this zoom the text of the map is too small to read. */
const MIN_READABLE_ZOOM = 0.6;

interface Size {
  width: number;
  height: number;
}

const fits = ({ width, height }: Size, canvas: Canvas): boolean =>
  Math.min(width / canvas.width, height / canvas.height) >= MIN_READABLE_ZOOM;

/** The middle of what somebody asked to see: the frame opened last, or the chosen node. */
function wantedPoint({ frames, places, view }: MapState, opened: string, chosen: string): Point | null {
  const frame = frames.find(({ cluster }) => cluster.id === opened);
  if (frame) {
    const { left, right, top, bottom } = frame.box;
    return { x: (left + right) / 2, y: (top + bottom) / 2 };
  }
  return places.get(view.standIn(chosen)) ?? null;
}

/** The cluster that was opened since the last drawing, if any. */
function useNewlyOpened(open: ReadonlySet<string>): string {
  const before = useRef(open);
  const opened = useRef('');
  if (before.current !== open) {
    opened.current = [...open].find((id) => !before.current.has(id)) ?? '';
    before.current = open;
  }
  return opened.current;
}

/**
 * Keeps the whole map in view while its place changes size; of a map too large to be read at once, what was opened or
 * chosen last.
 */
export function useViewport(size: Size, map: MapState, chosen: string): void {
  const flow = useReactFlow();
  const { canvas, view } = map;
  const { width, height } = size;
  const opened = useNewlyOpened(view.open);
  const wanted = useRef<Point | null>(null);
  wanted.current = wantedPoint(map, opened, chosen);
  useEffect(() => {
    if (width === 0 || height === 0) return;
    if (fits({ width, height }, canvas)) {
      flow.fitBounds({ x: 0, y: 0, ...canvas }, { padding: 0.005 });
      return;
    }
    // Too much to be read at once: its width, from its top or its middle; the rest is a swipe away.
    const readable = Math.max(MIN_READABLE_ZOOM, width / canvas.width);
    const { x, y } = wanted.current ?? { x: canvas.width / 2, y: canvas.tall ? 0 : canvas.height / 2 };
    flow.setViewport({
      x: canvas.tall ? (width - canvas.width * readable) / 2 : width / 2 - x * readable,
      y: canvas.tall ? Math.min(0, height / 2 - y * readable) : height / 2 - y * readable,
      zoom: readable,
    });
  }, [flow, width, height, canvas]);
  const at = useMemo(
    () => (chosen === '' ? null : (map.places.get(view.standIn(chosen)) ?? null)),
    [map.places, view, chosen],
  );
  useEffect(() => {
    if (!at || width === 0 || fits({ width, height }, canvas)) return;
    const { x, y, zoom } = flow.getViewport();
    const [left, top] = [at.x * zoom + x, at.y * zoom + y];
    const inside = left > 0 && left < width && top > 0 && top < height;
    if (!inside) flow.setCenter(at.x, at.y, { zoom: Math.max(zoom, MIN_READABLE_ZOOM) });
  }, [flow, at, width, height, canvas]);
}
