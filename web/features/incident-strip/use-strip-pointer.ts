'use client';
import { type PointerEvent, useCallback, useRef, useState } from 'react';
import { holdSpan } from '../../live/time-range.ts';
import { setUrlState } from '../../live/url-state.ts';
import { useInstant } from '../../live/use-window.ts';
import { setCursor } from '../../ui/cursor.ts';
import type { Axis } from './model/axis.ts';
import { between, type Span } from './model/zoom.ts';

const MIN_DRAG_PX = 6;

/** Pixels from the left edge of the strip, whatever its scale. */
function pointerX(event: PointerEvent<Element>): number {
  return event.clientX - event.currentTarget.getBoundingClientRect().left;
}

/** Hover moves the page's cursor, a click rewinds, a drag zooms. */
export function useStripPointer(axis: Axis, left: number) {
  const { rewind, back } = useInstant();
  const [drag, setDrag] = useState<Span | null>(null);
  const start = useRef<number | null>(null);
  const clamp = useCallback(
    (x: number) => axis.at(Math.min(Math.max(x + left, axis.left), axis.left + axis.width)),
    [axis, left],
  );
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
    const span = drag ? between(drag.from, drag.to, axis.now) : null;
    const instant = clamp(pointerX(event));
    if (span) setUrlState(holdSpan(span));
    else if (instant >= axis.now) back();
    else rewind(instant);
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
  return { drag, handlers: { onPointerMove, onPointerDown, onPointerUp, onPointerCancel, onPointerLeave } };
}
