'use client';
import { useCallback, useSyncExternalStore } from 'react';

/**
 * All state of a page lives in its URL. Writes go through history.replaceState, so they are instant, never scroll and
 * never refetch a route; several writes in one go become one address.
 */
type Listener = () => void;
const listeners = new Set<Listener>();

function subscribe(listener: Listener): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** Tells every hook that the address changed by other means (a link, the router). */
export function notifyUrlChanged(): void {
  for (const listener of [...listeners]) listener();
}

/** `search` with the given keys set; null, undefined and empty strings remove. Keeps the order of the others. */
export function nextSearch(search: string, change: Record<string, string | null | undefined>): string {
  const params = new URLSearchParams(search);
  for (const [key, value] of Object.entries(change)) {
    if (value === null || value === undefined || value === '') params.delete(key);
    else params.set(key, value);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Writes several keys at once. */
export function setUrlState(change: Record<string, string | null | undefined>): void {
  const search = nextSearch(window.location.search, change);
  if (search === window.location.search) return;
  window.history.replaceState(
    window.history.state,
    '',
    `${window.location.pathname}${search}${window.location.hash}`,
  );
  notifyUrlChanged();
}

/** The current query string, `''` on the server and during hydration. */
export function useSearch(): string {
  return useSyncExternalStore(
    subscribe,
    () => window.location.search,
    () => '',
  );
}

/** One key of the URL as state. The fallback is never written, so addresses stay short. */
export function useUrlState<T extends string>(
  key: string,
  fallback: T,
): [value: T, set: (value: T | null) => void] {
  const search = useSearch();
  const value = (new URLSearchParams(search).get(key) ?? fallback) as T;
  const set = useCallback(
    (next: T | null) => setUrlState({ [key]: next === fallback ? null : next }),
    [key, fallback],
  );
  return [value, set];
}
