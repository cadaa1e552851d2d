'use client';
import { useLiveState } from './use-window.ts';

/** Why no run can begin now, in words; empty when one can. */
export function useBlocked(): string {
  const live = useLiveState();
  if (live?.halt.halted) return 'chaos is halted: Release, in the banner below, allows it again';
  return (live?.activeRuns.length ?? 0) > 0 ? 'another run is in progress' : '';
}
