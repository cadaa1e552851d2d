'use client';
import { useEffect, useRef, useState } from 'react';

/**
 * The newest value, but at most every `ms`: for views whose drawing costs more than a frame is worth. A change after a
 * pause is passed on at once; of a burst the last one is never lost.
 */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  const newest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const changedAt = useRef(0);
  newest.current = value;
  useEffect(() => {
    if (timer.current !== null || newest.current === settled) return;
    const wait = Math.max(0, changedAt.current + ms - performance.now());
    timer.current = setTimeout(() => {
      timer.current = null;
      changedAt.current = performance.now();
      setSettled(newest.current);
    }, wait);
  });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  return settled;
}
