'use client';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';

const Palette = dynamic(() => import('./palette.tsx'), { ssr: false });
const listeners = new Set<() => void>();

export function openPalette(): void {
  for (const listener of [...listeners]) listener();
}

/** Ctrl/Cmd+K. The palette's code is loaded when it is first asked for. */
export function CommandPalette() {
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const ask = () => setAsked((n) => n + 1);
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      ask();
    };
    listeners.add(ask);
    window.addEventListener('keydown', onKey);
    return () => {
      listeners.delete(ask);
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return asked === 0 ? null : <Palette asked={asked} />;
}
