'use client';
import { useCallback, useSyncExternalStore } from 'react';

/**
 * All state of a page lives in its URL. Writes go through the browser's history and not through the router, so they are
 * instant, never scroll and never refetch a route; several writes in one go become one address.
 */

/** What a person goes back to: when and what is looked at. Anything else (a text being typed) is written over. */
const STEPS: ReadonlySet<string> = new Set([
  ...['range', 'from', 'to', 'at'],
  ...['node', 'edge', 'dead', 'sweep', 'cell', 'agent', 'panel', 'invariant', 'open'],
]);

/** Whether going from one query string to another is a step that Back undoes. */
export function isStep(before: string, after: string): boolean {
  const [a, b] = [new URLSearchParams(before), new URLSearchParams(after)];
  return [...STEPS].some((key) => a.get(key) !== b.get(key));
}

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

/** Keys of the query string and what they become; null, undefined and empty strings remove. */
export type UrlChange = Record<string, string | null | undefined>;

/** `search` with the given keys set. Keeps the order of the others. */
export function nextSearch(search: string, change: UrlChange): string {
  const params = new URLSearchParams(search);
  for (const [key, value] of Object.entries(change)) {
    if (value === null || value === undefined || value === '') params.delete(key);
    else params.set(key, value);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Writes several keys at once; a step becomes an entry of the browser's history, unless it is to be written over. */
export function setUrlState(change: UrlChange, how: 'step' | 'over' = 'step'): void {
  const { search: before, pathname, hash } = window.location;
  const search = nextSearch(before, change);
  if (search === before) return;
  const address = `${pathname}${search}${hash}`;
  // With the router's own state, by which it knows on the way back that the entry is of this page.
  if (how === 'step' && isStep(before, search)) window.history.pushState(window.history.state, '', address);
  else window.history.replaceState(window.history.state, '', address);
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
