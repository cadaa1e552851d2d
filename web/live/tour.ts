'use client';
import { useSyncExternalStore } from 'react';

export const TOUR_STEPS = ['shop', 'order', 'break', 'watch', 'cost'] as const;
export type TourStep = (typeof TOUR_STEPS)[number];

/** Where somebody is on the tour; kept in this browser, so that a reload goes on where it was. */
export interface TourState {
  /** Null: not on the way. */
  step: TourStep | null;
  /** It was taken or declined once: nobody is asked again. */
  seen: boolean;
  /** What was done on the way; empty before. */
  sagaId: string;
  faultId: string;
}

const STORAGE_KEY = 'stormglass.tour';
const NEW: TourState = { step: null, seen: false, sagaId: '', faultId: '' };
/** Nobody is asked before the browser was asked. */
const ON_SERVER: TourState = { ...NEW, seen: true };
const listeners = new Set<() => void>();
let known: TourState | null = null;

/** What was stored, as far as it makes sense. */
export function readTour(text: string | null): TourState {
  try {
    const stored: Partial<Record<keyof TourState, unknown>> = JSON.parse(text ?? '{}') ?? {};
    const { step, seen, sagaId, faultId } = stored;
    return {
      step: TOUR_STEPS.find((each) => each === step) ?? null,
      seen: seen === true,
      sagaId: typeof sagaId === 'string' ? sagaId : '',
      faultId: typeof faultId === 'string' ? faultId : '',
    };
  } catch {
    // Another version's, or somebody's hand: begin anew.
    return NEW;
  }
}

function current(): TourState {
  if (known === null) {
    try {
      known = readTour(window.localStorage.getItem(STORAGE_KEY));
    } catch {
      // Storage may be forbidden; then the tour lasts as long as the page.
      known = NEW;
    }
  }
  return known;
}

function change(next: Partial<TourState>): void {
  known = { ...current(), ...next };
  try {
    window.localStorage.setItem(STORAGE_KEY, JSON.stringify(known));
  } catch {
    // See above.
  }
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function useTour(): TourState {
  return useSyncExternalStore(subscribe, current, () => ON_SERVER);
}

/** Begins at the first step, whatever was before. */
export function startTour(): void {
  change({ ...NEW, step: 'shop', seen: true });
}

/** Goes to a step, with what was done to get there. */
export function goToStep(step: TourStep, done: Partial<Pick<TourState, 'sagaId' | 'faultId'>> = {}): void {
  change({ ...done, step });
}

/** Ends it, at its end or before, and asks nobody again. */
export function endTour(): void {
  change({ step: null, seen: true });
}
