'use client';
import { useEffect, useMemo, useReducer, useRef } from 'react';
import { inSlices, type Steps, slice } from './slices.ts';

/**
 * What the steps make. What fits into one slice is there at once; more goes on between frames, and until it is done the
 * former value stays (null before the first). `steps` must keep its identity as long as its inputs do.
 */
export function useSteps<T>(steps: () => Steps<T>): T | null {
  const former = useRef<T | null>(null);
  const [, drawAgain] = useReducer((n: number) => n + 1, 0);
  const begun = useMemo(() => {
    const running = steps();
    return { running, done: slice(running) };
  }, [steps]);
  useEffect(() => {
    if (begun.done) {
      former.current = begun.done.value;
      return;
    }
    const gone = new AbortController();
    inSlices(begun.running, gone.signal).then(
      (value) => {
        begun.done = { value };
        former.current = value;
        drawAgain();
      },
      () => undefined,
    );
    return () => gone.abort();
  }, [begun]);
  return begun.done ? begun.done.value : former.current;
}
