'use client';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { isShortcut } from './shortcuts.ts';

const ShortcutsSheet = dynamic(() => import('./shortcuts-sheet.tsx'), { ssr: false });
const listeners = new Set<() => void>();

export function openShortcuts(): void {
  for (const listener of [...listeners]) listener();
}

/** `?` anywhere but in a field. The sheet is loaded when it is first asked for. */
export function ShortcutsKey() {
  const [opened, setOpened] = useState(false);
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    const open = () => {
      setAsked(true);
      setOpened(true);
    };
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut('sheet', event)) return;
      event.preventDefault();
      open();
    };
    listeners.add(open);
    window.addEventListener('keydown', onKey);
    return () => {
      listeners.delete(open);
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return asked ? <ShortcutsSheet opened={opened} onClose={() => setOpened(false)} /> : null;
}
