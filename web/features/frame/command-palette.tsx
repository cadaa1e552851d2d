'use client';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { isShortcut } from './shortcuts.ts';

const load = () => import('./palette.tsx');
const Palette = dynamic(load, { ssr: false });
/** By then the page is drawn and fed; the palette should answer its first key at once. */
const PRELOAD_MS = 3_000;
const listeners = new Set<() => void>();

export function openPalette(): void {
  for (const listener of [...listeners]) listener();
}

/** Ctrl/Cmd+K. The palette's code is loaded after the page, or when it is asked for. */
export function CommandPalette() {
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const ask = () => setAsked((n) => n + 1);
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut('palette', event)) return;
      event.preventDefault();
      ask();
    };
    listeners.add(ask);
    const preload = setTimeout(load, PRELOAD_MS);
    window.addEventListener('keydown', onKey);
    return () => {
      clearTimeout(preload);
      listeners.delete(ask);
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return asked === 0 ? null : <Palette asked={asked} />;
}
