'use client';
import { useSyncExternalStore } from 'react';

/** One cursor for all lanes and charts of a page: the instant under the pointer, epoch ms, null when nowhere. */
let current: number | null = null;
const listeners = new Set<() => void>();

export function setCursor(at: number | null): void {
  if (at === current) return;
  current = at;
  for (const listener of [...listeners]) listener();
}

export function getCursor(): number | null {
  return current;
}

export function subscribeCursor(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Re-renders with each move; canvases subscribe instead. */
export function useCursor(): number | null {
  return useSyncExternalStore(subscribeCursor, getCursor, () => null);
}
