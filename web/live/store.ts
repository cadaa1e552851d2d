import type { QueryClient } from '@tanstack/react-query';
import type { Socket } from 'socket.io-client';
import { keys } from './keys.ts';
import type {
  BrowserToHub,
  HubToBrowser,
  LiveCursor,
  LiveFrame,
  LiveSnapshot,
  LiveState,
} from './protocol.ts';
import { LIVE_WINDOW_MS, TimelineWindow } from './timeline-window.ts';

export type ConnectionStatus = 'connecting' | 'live' | 'reconnecting' | 'refused';

export interface Connection {
  status: ConnectionStatus;
  /** Newest telemetry instant the hub has seen, epoch ms; null before the first. */
  dataAt: number | null;
  /** Start of what the live window covers without a gap, epoch ms; null before the snapshot. */
  from: number | null;
  /** Rows which the live window had no room for. */
  dropped: number;
  /** Add to the browser's clock to get the hub's, milliseconds. */
  clockOffsetMs: number;
  /** Why the hub refused, in its own words. */
  detail: string;
}

export const NOT_CONNECTED: Connection = {
  status: 'connecting',
  dataAt: null,
  from: null,
  dropped: 0,
  clockOffsetMs: 0,
  detail: '',
};

/** Where time and frames come from; tests inject their own. */
export interface StoreClock {
  now(): number;
  /** Runs the callback before the next paint; returns its cancellation. */
  onNextFrame(callback: () => void): () => void;
  /** Learns how far the hub's clock is ahead of this one, milliseconds. */
  adjust(offsetMs: number): void;
}

const PRUNE_EVERY_MS = 5_000;
/** A frame that waited in a busy page makes the hub look late: the offset may fall only this much per frame. */
const MAX_OFFSET_DROP_MS = 5;

/**
 * The one writer from the live socket to the query cache. Increments are merged as they come, and published once per
 * animation frame; on a reconnect the cursor is sent, so that nothing that happened meanwhile is lost.
 */
export class LiveStore {
  private readonly window = new TimelineWindow();
  private readonly cache: QueryClient;
  private readonly clock: StoreClock;
  private cursor: LiveCursor | null = null;
  private state: LiveState | null = null;
  private connection: Connection = NOT_CONNECTED;
  private cancelFrame: (() => void) | null = null;
  private prunedAt = 0;

  constructor(cache: QueryClient, clock: StoreClock) {
    this.cache = cache;
    this.clock = clock;
    cache.setQueryDefaults(keys.live.all, {
      structuralSharing: false,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: Number.POSITIVE_INFINITY,
    });
  }

  /** Cells of traffic held at this moment. */
  get cells(): number {
    return this.window.cells;
  }

  /** Listens until the returned function is called; the socket is the caller's to open and close. */
  attach(socket: Socket<HubToBrowser, BrowserToHub>): () => void {
    const onConnect = () => socket.emit('resume', this.cursor);
    const onDown = () => this.setConnection({ status: 'reconnecting' });
    const onError = (error: Error) => this.setConnection({ ...this.statusOf(socket), detail: error.message });
    const onSnapshot = (snapshot: LiveSnapshot) => this.onSnapshot(snapshot);
    const onFrame = (frame: LiveFrame) => this.onFrame(frame);
    socket.on('connect', onConnect);
    socket.on('disconnect', onDown);
    socket.on('connect_error', onError);
    socket.on('snapshot', onSnapshot);
    socket.on('frame', onFrame);
    return () => {
      socket.off('connect', onConnect);
      socket.off('disconnect', onDown);
      socket.off('connect_error', onError);
      socket.off('snapshot', onSnapshot);
      socket.off('frame', onFrame);
      this.cancelFrame?.();
      this.cancelFrame = null;
    };
  }

  onSnapshot(snapshot: LiveSnapshot): void {
    if (snapshot.reset || this.cursor === null) this.window.reset(snapshot.timeline);
    else this.window.add(snapshot.timeline);
    this.cursor = snapshot.cursor;
    this.state = snapshot.state;
    this.setConnection({
      status: 'live',
      from: snapshot.reset || this.connection.from === null ? snapshot.from : this.connection.from,
      dataAt: newestInstant(snapshot) ?? this.connection.dataAt,
      clockOffsetMs: snapshot.now - this.clock.now(),
      detail: '',
    });
  }

  onFrame(frame: LiveFrame): void {
    const known = this.cursor;
    // A frame that the snapshot already contains, or one of another life of the hub, must not be added twice.
    if (!known || known.epoch !== frame.cursor.epoch || frame.cursor.seq <= known.seq) return;
    this.cursor = frame.cursor;
    this.window.add(frame.timeline);
    if (this.state) this.state = { ...this.state, ...frame.state };
    this.setConnection({
      status: 'live',
      dataAt: Math.max(frame.dataAt, this.connection.dataAt ?? 0),
      clockOffsetMs: Math.max(
        frame.now - this.clock.now(),
        this.connection.clockOffsetMs - MAX_OFFSET_DROP_MS,
      ),
    });
  }

  /** A socket that will try again by itself is not refused, whatever went wrong. */
  private statusOf(socket: { active: boolean }): Pick<Connection, 'status'> {
    if (!socket.active) return { status: 'refused' };
    return { status: this.cursor ? 'reconnecting' : 'connecting' };
  }

  private setConnection(change: Partial<Connection>): void {
    this.connection = { ...this.connection, ...change };
    this.clock.adjust(this.connection.clockOffsetMs);
    this.forgetOld();
    this.cancelFrame ??= this.clock.onNextFrame(() => this.publish());
  }

  /** With the data, not with the painting: a page in the background is fed and never painted. */
  private forgetOld(): void {
    const now = this.clock.now() + this.connection.clockOffsetMs;
    if (now - this.prunedAt <= PRUNE_EVERY_MS) return;
    this.prunedAt = now;
    this.window.prune(now);
    const { from } = this.connection;
    const held = Math.max(now - LIVE_WINDOW_MS, this.window.completeFrom);
    const dropped = this.window.dropped;
    this.connection = { ...this.connection, dropped, from: from === null ? null : Math.max(from, held) };
  }

  private publish(): void {
    this.cancelFrame = null;
    this.cache.setQueryData(keys.live.timeline, this.window.view());
    this.cache.setQueryData(keys.live.connection, this.connection);
    if (this.state) this.cache.setQueryData(keys.live.state, this.state);
  }
}

function newestInstant(snapshot: LiveSnapshot): number | null {
  let newest = 0;
  for (const cell of snapshot.timeline.traffic) newest = Math.max(newest, (cell.second + 1) * 1000);
  for (const sample of snapshot.timeline.queues) newest = Math.max(newest, sample.at);
  return newest === 0 ? null : Math.min(newest, snapshot.now);
}
