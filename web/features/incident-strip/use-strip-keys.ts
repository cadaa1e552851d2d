'use client';
import { type KeyboardEvent, useState } from 'react';
import { holdSpan } from '../../live/time-range.ts';
import { setUrlState } from '../../live/url-state.ts';
import { useReplay } from '../../live/use-replay.ts';
import { useInstant } from '../../live/use-window.ts';
import { getCursor, setCursor } from '../../ui/cursor.ts';
import type { Axis } from './model/axis.ts';
import { between, moved, type Span, zoomed } from './model/zoom.ts';

/** Where a key moves the cursor, epoch ms; undefined for any other key. */
function cursorBy(key: string, far: boolean, here: number, axis: Axis): number | undefined {
  const step = far ? 10_000 : 1_000;
  const moves: Record<string, number> = {
    ArrowLeft: here - step,
    ArrowRight: here + step,
    Home: axis.from,
    End: axis.now,
  };
  return moves[key];
}

/** Which span a key leads to; undefined for any other key. */
function spanBy(key: string, here: number, { from, now }: Axis, clock: number): Span | undefined {
  const shown = { from, to: now };
  switch (key) {
    case '+':
    case '=':
      return zoomed(shown, here, 0.5, clock);
    case '-':
      return zoomed(shown, here, 2, clock);
    case 'PageUp':
      return moved(shown, -0.5, clock);
    case 'PageDown':
      return moved(shown, 0.5, clock);
    default:
      return undefined;
  }
}

/**
 * What the pointer can do, by keyboard: arrows move the cursor, Enter rewinds, `+` and `-` zoom, pages go back and
 * forth, `M` marks the begin of a range that Enter then shows; `P` replays. `clock` is now, epoch ms.
 */
export function useStripKeys(axis: Axis, at: number, clock: number) {
  const { rewind, back } = useInstant();
  const replay = useReplay();
  const [mark, setMark] = useState<number | null>(null);
  const enter = (here: number) => {
    const span = mark === null ? null : between(mark, here, axis.now);
    setMark(null);
    if (span) setUrlState(holdSpan(span));
    else if (here >= axis.now) back();
    else rewind(here);
  };
  const letGo = () => {
    if (mark !== null) return setMark(null);
    setCursor(null);
    back();
  };
  /** By the key in lower case. */
  const deeds = (here: number): Record<string, () => void> => ({
    enter: () => enter(here),
    ' ': () => enter(here),
    m: () => setMark(mark === null ? here : null),
    p: () => {
      // The values beside the lanes are those of the replay then, not of a cursor that was left behind.
      setCursor(null);
      replay.toggle();
    },
    '[': () => replay.faster(-1),
    ']': () => replay.faster(1),
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = getCursor() ?? at;
    const cursor = cursorBy(event.key, event.shiftKey, here, axis);
    const span = spanBy(event.key, here, axis, clock);
    const deed = deeds(here)[event.key.toLowerCase()];
    if (cursor !== undefined) setCursor(Math.min(Math.max(cursor, axis.from), axis.now));
    else if (span) setUrlState(holdSpan(span));
    else if (deed) deed();
    else if (event.key === 'Escape' && !event.shiftKey) letGo();
    else return;
    event.preventDefault();
  };
  // A cursor moved by keyboard is nobody's once the keyboard has left.
  const onBlur = () => {
    setCursor(null);
    setMark(null);
  };
  return { mark, handlers: { onKeyDown, onBlur } };
}
