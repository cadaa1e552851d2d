'use client';
import { useMutation } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import type { HaltState } from '../../live/protocol.ts';
import { request } from '../../live/request.ts';
import { useLiveState } from '../../live/use-window.ts';

interface StopChaos {
  halt: HaltState | null;
  /** The order is on its way. */
  stopping: boolean;
  error: Error | null;
  stop(): void;
  release(): void;
}

const Context = createContext<StopChaos | null>(null);

function isStopKey(event: KeyboardEvent): boolean {
  if (event.key === 'Escape') return event.shiftKey;
  return event.key === '.' && (event.ctrlKey || event.metaKey);
}

/** One order, from the button, the keyboard and the palette alike. */
export function StopChaosProvider({ children }: { children: ReactNode }) {
  const live = useLiveState();
  const stop = useMutation({ mutationFn: () => request('halt', { input: { reason: 'Stopped by hand' } }) });
  const release = useMutation({ mutationFn: () => request('unhalt') });
  const { mutate: stopNow, isPending, error, data } = stop;
  const { mutate: releaseNow, error: releaseError } = release;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isStopKey(event)) return;
      event.preventDefault();
      stopNow();
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [stopNow]);
  const halt = live?.halt ?? null;
  const answered = data?.state.lastEffectGoneMs;
  const value = useMemo<StopChaos>(
    () => ({
      halt:
        halt && answered !== undefined
          ? { ...halt, lastEffectGoneMs: halt.lastEffectGoneMs ?? answered }
          : halt,
      stopping: isPending,
      error: error ?? releaseError,
      stop: () => stopNow(),
      release: () => releaseNow(),
    }),
    [halt, answered, isPending, error, releaseError, stopNow, releaseNow],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useStopChaos(): StopChaos {
  const value = useContext(Context);
  if (!value) throw new Error('useStopChaos belongs inside StopChaosProvider');
  return value;
}
