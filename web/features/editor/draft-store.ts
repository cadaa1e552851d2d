'use client';
import * as z from 'zod/mini';

const PREFIX = 'stormglass.draft.';

/** A text somebody has begun, kept in this browser. `at` is epoch ms. */
const Draft = z.object({ text: z.string(), at: z.number() });
export type Draft = z.infer<typeof Draft>;

/** What is stored, if it can be read. */
export function readDraft(stored: string | null): Draft | null {
  try {
    const parsed = z.safeParse(Draft, JSON.parse(stored ?? 'null'));
    return parsed.success ? parsed.data : null;
  } catch {
    // Written by something else: as good as nothing.
    return null;
  }
}

/** Drafts of this browser, one for each thing that was opened. Where storage is forbidden there is none. */
export const drafts = {
  load(name: string): Draft | null {
    try {
      return readDraft(window.localStorage.getItem(PREFIX + name));
    } catch {
      return null;
    }
  },
  /** False when it could not be kept. */
  save(name: string, draft: Draft): boolean {
    try {
      window.localStorage.setItem(PREFIX + name, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  },
  drop(name: string): void {
    try {
      window.localStorage.removeItem(PREFIX + name);
    } catch {
      // Nothing was kept.
    }
  },
};
