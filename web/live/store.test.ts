import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { emptyTimeline } from '@stormglass/agents/contract';
import { QueryClient } from '@tanstack/react-query';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keys } from './keys.ts';
import { LIVE_NAMESPACE, type LiveFrame, type LiveSnapshot, type LiveState } from './protocol.ts';
import { type Connection, LiveStore } from './store.ts';
import { trafficCell } from './testing/telemetry.ts';
import { LIVE_WINDOW_MS } from './timeline-window.ts';

const NOW = 1_800_000_000_000;

function makeStore() {
  const cache = new QueryClient();
  let now = NOW;
  const frames: (() => void)[] = [];
  let offset = 0;
  const store = new LiveStore(cache, {
    now: () => now,
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
  const pass = (ms: number) => {
    now += ms;
  };
  return { cache, store, paint, pass, offset: () => offset };
}

const STATE: LiveState = {
  agents: [],
  halt: { halted: false, at: null, by: null, reason: null, lastEffectGoneMs: null, unconfirmed: 0 },
  runs: [],
  activeRuns: [],
  gameday: null,
  events: [],
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

const connection = (cache: QueryClient) => cache.getQueryData<Connection>(keys.live.connection);

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
    expect(connection(cache)?.status).toBe('live');
  });

  it('covers no more than it still holds, however long the page stays open', () => {
    const { cache, store, paint, pass } = makeStore();
    store.onSnapshot(snapshot(1));
    pass(3_600_000);
    store.onFrame(frame(2, { now: NOW + 3_600_040, timeline: { traffic: [] } }));
    paint();
    expect(calls(cache)).toBe(0);
    expect(connection(cache)?.from).toBe(NOW + 3_600_040 - LIVE_WINDOW_MS);
  });

  it('forgets what is old in a page in the background too, which is fed but never painted', () => {
    const { cache, store, paint, pass } = makeStore();
    store.onSnapshot(snapshot(1));
    for (let minute = 1; minute <= 60; minute += 1) {
      pass(60_000);
      const at = NOW + minute * 60_000;
      const traffic = [{ ...CELL, second: at / 1000 }];
      store.onFrame(frame(minute + 1, { now: at, timeline: { traffic } }));
    }
    expect(store.cells).toBeLessThanOrEqual(16);
    paint();
    expect(calls(cache)).toBe(store.cells);
  });
});

describe('the live socket', () => {
  const http = createServer();
  const hub = new Server(http, { transports: ['websocket'] });
  let welcome = false;
  hub.of(LIVE_NAMESPACE).use((_, next) => next(welcome ? undefined : new Error('log in first')));
  beforeAll(() => new Promise<void>((done) => http.listen(0, '127.0.0.1', done)));
  afterAll(() => hub.close());

  async function statusAt(address: string, wanted: Connection['status']): Promise<Connection | undefined> {
    const { cache, store, paint } = makeStore();
    const socket = io(`${address}${LIVE_NAMESPACE}`, { transports: ['websocket'], reconnectionDelay: 20 });
    const detach = store.attach(socket);
    await vi.waitFor(() => {
      paint();
      expect(connection(cache)?.status).toBe(wanted);
    });
    detach();
    socket.disconnect();
    return connection(cache);
  }
  const address = () => `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  it('is refused only by a hub that says so, in its words', async () => {
    welcome = false;
    expect((await statusAt(address(), 'refused'))?.detail).toBe('log in first');
  });

  it('is still connecting while no hub answers, because it tries again by itself', async () => {
    const silent = createServer();
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as AddressInfo;
    await new Promise((done) => silent.close(done));
    expect((await statusAt(`http://127.0.0.1:${port}`, 'connecting'))?.detail).not.toBe('');
  });
});
