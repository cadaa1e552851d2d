'use client';
import { useMutation } from '@tanstack/react-query';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo } from 'react';
import type { HaltState } from '../../live/protocol.ts';
import { request } from '../../live/request.ts';
import { useLiveState } from '../../live/use-window.ts';
import { isShortcut } from './shortcuts.ts';

interface StopChaos {
  halt: HaltState | null;
  /** The order is on its way. */
  stopping: boolean;
  error: Error | null;
  stop(): void;
  release(): void;
}

const Context = createContext<StopChaos | null>(null);

/** One order, from the button, the keyboard and the palette alike. */
export function StopChaosProvider({ children }: { children: ReactNode }) {
  const live = useLiveState();
  const {
    mutate: stopNow,
    reset: forgetStop,
    isPending,
    error: stopError,
    data,
  } = useMutation({ mutationFn: () => request('halt', { input: { reason: 'Stopped by hand' } }) });
  const {
    mutate: releaseNow,
    reset: forgetRelease,
    error: releaseError,
  } = useMutation({ mutationFn: () => request('unhalt') });
  // What the other order left behind is over: its error must not stand beside what this one did.
  const stop = useCallback(() => {
    forgetRelease();
    stopNow();
  }, [forgetRelease, stopNow]);
  const release = useCallback(() => {
    forgetStop();
    releaseNow();
  }, [forgetStop, releaseNow]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut('stop', event)) return;
      event.preventDefault();
      if (!event.repeat) stop();
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [stop]);
  const halt = live?.halt ?? null;
  const answer = data?.state ?? null;
  const value = useMemo<StopChaos>(
    () => ({
      // The answer knows first when the last effect was gone, but only of its own halt.
      halt:
        halt && answer?.at === halt.at
          ? { ...halt, lastEffectGoneMs: halt.lastEffectGoneMs ?? answer.lastEffectGoneMs }
          : halt,
      stopping: isPending,
      error: stopError ?? releaseError,
      stop,
      release,
    }),
    [halt, answer, isPending, stopError, releaseError, stop, release],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useStopChaos(): StopChaos {
  const value = useContext(Context);
  if (!value) throw new Error('useStopChaos belongs inside StopChaosProvider');
  return value;
}
