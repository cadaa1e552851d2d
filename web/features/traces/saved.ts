'use client';
import { useMemo, useSyncExternalStore } from 'react';
import * as z from 'zod/mini';

const STORAGE_KEY = 'stormglass.searches';
const MOST = 50;

/** A search somebody keeps in this browser. `all`: requests and everything else, too. */
const Saved = z.object({ name: z.string(), q: z.string(), all: z.boolean() });
export type Saved = z.infer<typeof Saved>;

/** What is stored, as far as it can be read. */
export function readSaved(text: string | null): Saved[] {
  try {
    const stored: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(stored)) return [];
    return stored.flatMap((each) => {
      const parsed = z.safeParse(Saved, each);
      return parsed.success ? [parsed.data] : [];
    });
  } catch {
    // Written by something else: as good as nothing.
    return [];
  }
}

/** With this one first; one of the same name gives way, the oldest beyond the limit goes. */
export function withSaved(all: readonly Saved[], saved: Saved): Saved[] {
  return [saved, ...all.filter(({ name }) => name !== saved.name)].slice(0, MOST);
}

const listeners = new Set<() => void>();
/** All there is where storage is forbidden. */
let written: string | null = null;

function read(): string | null {
  try {
    return window.localStorage.getItem(STORAGE_KEY);
  } catch {
    return written;
  }
}

function write(all: readonly Saved[]): void {
  written = JSON.stringify(all);
  try {
    window.localStorage.setItem(STORAGE_KEY, written);
  } catch {
    // They live as long as the page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

export function useSaved(): { saved: Saved[]; save: (one: Saved) => void; forget: (name: string) => void } {
  const text = useSyncExternalStore(subscribe, read, () => null);
  const saved = useMemo(() => readSaved(text), [text]);
  return {
    saved,
    save: (one) => write(withSaved(saved, one)),
    forget: (name) => write(saved.filter((each) => each.name !== name)),
  };
}
