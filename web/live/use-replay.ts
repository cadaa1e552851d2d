'use client';
import { useMemo, useSyncExternalStore } from 'react';
import { serverNow } from './clock.ts';
import { ReplayHead, replayFrom } from './replay.ts';
import { readRange, SPEEDS, type Speed } from './time-range.ts';
import { setUrlState } from './url-state.ts';

/** How often a replay moves the page on, ms: more often than telemetry says something new at any speed worth watching. */
const TICK_MS = 250;

const head = new ReplayHead();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let search = '';
let current: number | null = null;
/** With which speed the next replay begins. */
let usual: Speed = 1;

const rangeNow = () => readRange(window.location.search, serverNow.exact());

function move(): void {
  const range = rangeNow();
  search = window.location.search;
  current = head.at(range, performance.now());
}

function tell(): void {
  for (const listener of [...listeners]) listener();
}

function tick(): void {
  const before = current;
  move();
  const range = rangeNow();
  // At its end it stands still, on the last instant.
  if (current !== null && current >= range.to) pause();
  else if (current !== before) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

function snapshot(): number | null {
  if (search !== window.location.search) move();
  return current;
}

/** The instant that a replay shows, epoch ms; null when nothing is replayed. */
export function useReplayHead(): number | null {
  return useSyncExternalStore(subscribe, snapshot, () => null);
}

const inUrl = (at: number): string => String(Math.round(at));

function play(speed: Speed): void {
  usual = speed;
  const range = rangeNow();
  const change = {
    from: inUrl(range.from),
    to: inUrl(Math.min(range.to, serverNow.exact())),
    at: inUrl(replayFrom(range)),
    replay: String(speed),
  };
  // Back leads to what was looked at before, not through every pause.
  setUrlState(change, range.rewoundTo === null ? 'step' : 'over');
  tell();
}

function pause(): void {
  const at = snapshot();
  if (at !== null) setUrlState({ at: inUrl(at), replay: null }, 'over');
  tell();
}

function choose(speed: Speed): void {
  usual = speed;
  const at = snapshot();
  if (at !== null) setUrlState({ at: inUrl(at), replay: String(speed) }, 'over');
  tell();
}

export interface Replay {
  playing: boolean;
  speed: Speed;
  /** Plays from the rewound instant, or the range from its front; or stands still where it is. */
  toggle(): void;
  choose(speed: Speed): void;
  /** One speed up (1) or down (-1). */
  faster(by: 1 | -1): void;
}

const speedNow = (): Speed => rangeNow().replay ?? usual;

/** The replay of the page's range, and what can be done with it. */
export function useReplay(): Replay {
  const playing = useReplayHead() !== null;
  const speed = useSyncExternalStore(subscribe, speedNow, () => usual);
  return useMemo(
    () => ({
      playing,
      speed,
      toggle: () => (playing ? pause() : play(speed)),
      choose,
      faster: (by) => choose(SPEEDS[SPEEDS.indexOf(speed) + by] ?? speed),
    }),
    [playing, speed],
  );
}
