'use client';
import { useEffect, useRef, useState } from 'react';

/** The newest value, but at most every `ms`: for views whose drawing costs more than a frame is worth. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  const newest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  newest.current = value;
  useEffect(() => {
    if (timer.current !== null || newest.current === settled) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      setSettled(newest.current);
    }, ms);
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
