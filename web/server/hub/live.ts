import { randomUUID } from 'node:crypto';
import type { Namespace, Server, Socket } from 'socket.io';
import {
  type BrowserToHub,
  type HubToBrowser,
  LIVE_NAMESPACE,
  LiveCursor,
  type LiveFrame,
  type LiveState,
} from '../../live/protocol.ts';
import type { Gate } from '../auth/gate.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Time } from '../time.ts';
import type { TimelineWindow } from '../window/window.ts';
import { Pending } from './pending.ts';
import { Replay } from './replay.ts';
import { shapeSnapshot } from './snapshot.ts';

const FRAME_EVERY_MS = 50;
/** Frames kept for browsers that come back: 30 s at the highest rate. */
const REPLAY_FRAMES = 600;
/** After the last browser left, frames are still cut for so long; then there is nothing to do until one comes. */
const LINGER_MS = 30_000;
/** A snapshot's traffic at most; about 8 MB of JSON, 0.6 MB compressed. The rest is at /api/timeline. */
const SNAPSHOT_CELLS = 40_000;

type BrowserSocket = Socket<BrowserToHub, HubToBrowser>;

interface Parts {
  window: TimelineWindow;
  time: Time;
  metrics: Metrics;
  /** The current value of each field of the state. */
  state: { [K in keyof LiveState]: () => LiveState[K] };
}

/** The browsers' live channel: one numbered sequence of frames for all, replayed to those who missed some. */
export class LiveHub {
  readonly #epoch = randomUUID();
  readonly #parts: Parts;
  readonly #namespace: Namespace<BrowserToHub, HubToBrowser>;
  readonly #pending = new Pending();
  readonly #replay: Replay;
  #seq = 0;
  /** Nobody has looked for so long that nothing is kept. */
  #gap = false;
  #browsers = 0;
  #lastCutAt = Number.NEGATIVE_INFINITY;
  #leftAt = Number.NEGATIVE_INFINITY;
  #cancelCut: (() => void) | null = null;

  constructor(io: Server, gate: Gate, parts: Parts) {
    this.#parts = parts;
    this.#replay = new Replay(this.#epoch, REPLAY_FRAMES);
    parts.window.listen((added) => {
      if (!this.#wanted()) return;
      this.#pending.add(added);
      this.#schedule();
    });
    this.#namespace = io.of(LIVE_NAMESPACE);
    this.#namespace.use((socket, next) => {
      if (gate.isLoggedIn(socket.handshake.headers)) return next();
      next(Object.assign(new Error('log in first'), { data: { code: 'unauthorized' } }));
    });
    this.#namespace.on('connection', (socket) => this.#accept(socket));
  }

  get browsers(): number {
    return this.#browsers;
  }

  /** A field of the state changed. */
  touch(field: keyof LiveState): void {
    if (!this.#wanted()) return;
    this.#pending.touch(field);
    this.#schedule();
  }

  /** History was filled in: increments cannot say that, so everybody gets a fresh snapshot. */
  resetAll(): void {
    if (!this.#wanted()) return;
    this.#cut();
    this.#replay.forgetUpTo(this.#seq);
    this.#seq++;
    for (const socket of this.#namespace.sockets.values()) this.#sendSnapshot(socket, true);
  }

  close(): void {
    this.#cancelCut?.();
    this.#cancelCut = null;
  }

  #accept(socket: BrowserSocket): void {
    this.#browsers++;
    this.#gap = false;
    socket.on('resume', (raw: unknown) => this.#resume(socket, raw));
    socket.on('disconnect', () => {
      this.#browsers--;
      if (this.#browsers === 0) this.#leftAt = this.#parts.time.monotonic();
    });
  }

  #resume(socket: BrowserSocket, raw: unknown): void {
    const cursor = LiveCursor.nullable().catch(null).parse(raw);
    // Everything merged so far gets its number first; else the snapshot would hold it and the next frame again.
    this.#cut();
    const missed = cursor && this.#replay.since(cursor, this.#seq);
    this.#parts.metrics.resumes.inc({ result: missed ? 'resumed' : cursor ? 'reset' : 'fresh' });
    if (missed) for (const frame of missed) socket.emit('frame', frame);
    else this.#sendSnapshot(socket, cursor !== null);
    void socket.join('live');
    // The one who came back learns at once that it is current, even when nothing else happens.
    if (missed) this.touch('store');
  }

  #sendSnapshot(socket: BrowserSocket, reset: boolean): void {
    const { window, time, metrics, state } = this.#parts;
    const from = window.snapshotFrom(SNAPSHOT_CELLS);
    const now = time.now();
    metrics.snapshotsSent.inc();
    socket.emit('snapshot', {
      cursor: { epoch: this.#epoch, seq: this.#seq },
      now,
      reset,
      from,
      timeline: shapeSnapshot(window.slice(from, Number.MAX_SAFE_INTEGER), now),
      state: {
        agents: state.agents(),
        halt: state.halt(),
        runs: state.runs(),
        activeRuns: state.activeRuns(),
        gameday: state.gameday(),
        events: state.events(),
        store: state.store(),
      },
    });
  }

  /** Somebody looks, or looked a moment ago and may come back with a cursor. */
  #wanted(): boolean {
    if (this.#browsers > 0) return true;
    if (this.#parts.time.monotonic() - this.#leftAt < LINGER_MS) return true;
    if (!this.#gap) {
      this.#gap = true;
      this.#pending.take();
      // Cursors up to now cannot be resumed later: what follows is not kept.
      this.#replay.forgetUpTo(++this.#seq);
    }
    return false;
  }

  #schedule(): void {
    if (this.#cancelCut || !this.#pending.changed) return;
    const wait = this.#lastCutAt + FRAME_EVERY_MS - this.#parts.time.monotonic();
    this.#cancelCut = this.#parts.time.after(Math.max(0, wait), () => {
      this.#cancelCut = null;
      this.#cut();
    });
  }

  #cut(): void {
    if (!this.#pending.changed) return;
    this.#lastCutAt = this.#parts.time.monotonic();
    const { timeline, fields } = this.#pending.take();
    const frame: LiveFrame = {
      cursor: { epoch: this.#epoch, seq: ++this.#seq },
      now: this.#parts.time.now(),
      dataAt: this.#parts.window.dataAt,
      timeline,
      state: this.#state(fields),
    };
    this.#replay.push(frame);
    this.#parts.metrics.framesSent.inc();
    this.#namespace.to('live').emit('frame', frame);
  }

  #state(fields: readonly (keyof LiveState)[]): Partial<LiveState> {
    return Object.fromEntries(fields.map((field) => [field, this.#parts.state[field]()]));
  }
}
