import { emptyTimeline } from '@stormglass/agents/contract';
import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { keys } from './keys.ts';
import type { LiveFrame, LiveSnapshot, LiveState } from './protocol.ts';
import { type Connection, LiveStore } from './store.ts';
import { trafficCell } from './testing/telemetry.ts';

const NOW = 1_800_000_000_000;

function makeStore() {
  const cache = new QueryClient();
  const frames: (() => void)[] = [];
  let offset = 0;
  const store = new LiveStore(cache, {
    now: () => NOW,
    onNextFrame: (callback) => {
      frames.push(callback);
      return () => frames.splice(frames.indexOf(callback), 1);
    },
    adjust: (ms) => {
      offset = ms;
    },
  });
  const paint = () => {
    const due = frames.splice(0);
    for (const callback of due) callback();
    return due.length;
  };
  return { cache, store, paint, offset: () => offset };
}

const STATE: LiveState = {
  agents: [],
  halt: { halted: false, at: null, by: null, reason: null, lastEffectGoneMs: null, unconfirmed: 0 },
  runs: [],
  activeRuns: [],
  store: { reachable: true, spoolBytes: 0, received: 0, rejected: 0 },
};

const CELL = trafficCell({ second: NOW / 1000, calls: 1, durations: [[80, 1]] });

function snapshot(seq: number, change: Partial<LiveSnapshot> = {}): LiveSnapshot {
  const timeline = { ...emptyTimeline(), traffic: [CELL] };
  return {
    cursor: { epoch: 'a', seq },
    now: NOW + 40,
    reset: true,
    from: NOW - 60_000,
    timeline,
    state: STATE,
    ...change,
  };
}

function frame(seq: number, change: Partial<LiveFrame> = {}): LiveFrame {
  const timeline = { traffic: [CELL] };
  return { cursor: { epoch: 'a', seq }, now: NOW + 40, dataAt: NOW, timeline, state: {}, ...change };
}

const calls = (cache: QueryClient): number => {
  const timeline = cache.getQueryData<ReturnType<typeof emptyTimeline>>(keys.live.timeline);
  return timeline?.traffic.reduce((sum, c) => sum + c.calls, 0) ?? 0;
};

describe('LiveStore', () => {
  it('publishes many frames with one write per animation frame', () => {
    const { cache, store, paint } = makeStore();
    store.onSnapshot(snapshot(1));
    store.onFrame(frame(2));
    store.onFrame(frame(3));
    expect(calls(cache)).toBe(0);
    expect(paint()).toBe(1);
    expect(calls(cache)).toBe(3);
  });

  it('never adds a frame twice which the snapshot already contains', () => {
    const { cache, store, paint } = makeStore();
    store.onSnapshot(snapshot(5));
    store.onFrame(frame(4));
    store.onFrame(frame(5));
    paint();
    expect(calls(cache)).toBe(1);
  });

  it('ignores frames of another life of the hub until its snapshot comes', () => {
    const { cache, store, paint } = makeStore();
    store.onSnapshot(snapshot(1));
    store.onFrame(frame(2, { cursor: { epoch: 'b', seq: 2 } }));
    paint();
    expect(calls(cache)).toBe(1);
    store.onSnapshot(snapshot(1, { cursor: { epoch: 'b', seq: 1 } }));
    store.onFrame(frame(2, { cursor: { epoch: 'b', seq: 2 } }));
    paint();
    expect(calls(cache)).toBe(2);
  });

  it('adds what was missed when the hub resumes from the cursor', () => {
    const { cache, store, paint } = makeStore();
    store.onSnapshot(snapshot(1));
    store.onSnapshot(snapshot(9, { reset: false }));
    paint();
    expect(calls(cache)).toBe(2);
  });

  it('learns the clock of the hub, and lets it fall only slowly', () => {
    const { store, offset } = makeStore();
    store.onSnapshot(snapshot(1));
    expect(offset()).toBe(40);
    store.onFrame(frame(2, { now: NOW - 500 }));
    expect(offset()).toBe(35);
  });

  it('merges a change of state into what it knows', () => {
    const { cache, store, paint } = makeStore();
    store.onSnapshot(snapshot(1));
    store.onFrame(frame(2, { state: { halt: { ...STATE.halt, halted: true } } }));
    paint();
    const state = cache.getQueryData<LiveState>(keys.live.state);
    expect(state?.halt.halted).toBe(true);
    expect(state?.store.reachable).toBe(true);
    expect(cache.getQueryData<Connection>(keys.live.connection)?.status).toBe('live');
  });
});
