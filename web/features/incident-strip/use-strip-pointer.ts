'use client';
import { type KeyboardEvent, type PointerEvent, useCallback, useRef, useState } from 'react';
import { setUrlState } from '../../live/url-state.ts';
import { useInstant } from '../../live/use-window.ts';
import { getCursor, setCursor } from '../../ui/cursor.ts';
import type { Axis } from './model/axis.ts';

const MIN_DRAG_PX = 6;
const MIN_ZOOM_MS = 2_000;

export interface Drag {
  from: number;
  to: number;
}

/** Pixels from the left edge of the strip, whatever its scale. */
function pointerX(event: PointerEvent<Element>): number {
  return event.clientX - event.currentTarget.getBoundingClientRect().left;
}

/** Hover moves the page's cursor, a click rewinds, a drag zooms, arrows and Enter do the same by keyboard. */
export function useStripPointer(axis: Axis, at: number, left: number) {
  const { rewind, back } = useInstant();
  const [drag, setDrag] = useState<Drag | null>(null);
  const start = useRef<number | null>(null);
  const clamp = useCallback(
    (x: number) => axis.at(Math.min(Math.max(x + left, axis.left), axis.left + axis.width)),
    [axis, left],
  );
  const go = (instant: number) => (instant >= axis.now ? back() : rewind(instant));

  const onPointerMove = (event: PointerEvent<Element>) => {
    const x = pointerX(event);
    setCursor(clamp(x));
    if (start.current !== null && Math.abs(x - start.current) > MIN_DRAG_PX) {
      setDrag({ from: clamp(Math.min(x, start.current)), to: clamp(Math.max(x, start.current)) });
    }
  };
  const onPointerDown = (event: PointerEvent<Element>) => {
    if (event.button !== 0) return;
    start.current = pointerX(event);
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerUp = (event: PointerEvent<Element>) => {
    if (start.current === null) return;
    start.current = null;
    const to = drag ? Math.min(drag.to, axis.now) : 0;
    if (drag && to - drag.from >= MIN_ZOOM_MS) {
      setUrlState({ from: String(Math.round(drag.from)), to: String(Math.round(to)), at: null, range: null });
    } else {
      go(clamp(pointerX(event)));
    }
    setDrag(null);
  };
  const onPointerCancel = () => {
    start.current = null;
    setDrag(null);
    setCursor(null);
  };
  const onPointerLeave = () => {
    if (start.current === null) setCursor(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const here = getCursor() ?? at;
    const step = event.shiftKey ? 10_000 : 1_000;
    const moves: Record<string, number> = {
      ArrowLeft: here - step,
      ArrowRight: here + step,
      Home: axis.from,
      End: axis.now,
    };
    const next = moves[event.key];
    if (next !== undefined) setCursor(Math.min(Math.max(next, axis.from), axis.now));
    else if (event.key === 'Enter' || event.key === ' ') go(here);
    else if (event.key === 'Escape' && !event.shiftKey) {
      setCursor(null);
      back();
    } else return;
    event.preventDefault();
  };
  // A cursor moved by keyboard is nobody's once the keyboard has left.
  const onBlur = () => setCursor(null);
  const handlers = {
    onPointerMove,
    onPointerDown,
    onPointerUp,
    onPointerCancel,
    onPointerLeave,
    onKeyDown,
    onBlur,
  };
  return { drag, handlers };
}
