import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Time } from '../time.ts';
import type { History } from './history.ts';
import { type TimelineWindow, WINDOW_MS } from './window.ts';

/**
 * The spool is loaded into the tables within a second or two, later under load: history is asked for again until it
 * brought nothing new twice.
 */
const AGAIN_MS = 2_000;
const QUIET_FILLS = 2;
const MAX_FILLS = 15;
/** Younger seconds are left to the stream: what is on its way in both would be counted twice. */
const SETTLED_MS = 2_000;

interface Parts {
  window: TimelineWindow;
  history: History;
  metrics: Metrics;
  time: Time;
  log: Log;
  /** Something was filled in. */
  onFilled: () => void;
}

/** Fills what the live stream did not bring, from the store; asking twice does no harm. */
export class GapFiller {
  readonly #parts: Parts;
  #from: number;
  #filling = false;
  /** A newer connection makes what an older one still has under way void. */
  #turn = 0;
  #cancel: () => void = () => undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#from = parts.time.now() - WINDOW_MS;
  }

  /** The stream broke: what comes from now on is missing. A gap not yet filled stays as wide as it is. */
  opened(): void {
    if (!this.#filling) this.#from = this.#parts.window.dataAt - SETTLED_MS;
    this.#filling = true;
  }

  /** The stream stands again. */
  fill(): void {
    this.#filling = true;
    this.#parts.metrics.historyGaps.set(1);
    this.#cancel();
    void this.#round(++this.#turn, 1, 0);
  }

  close(): void {
    this.#turn++;
    this.#cancel();
  }

  async #round(turn: number, count: number, quiet: number): Promise<void> {
    const result = await this.#once(turn);
    if (turn !== this.#turn) return;
    const nowQuiet = result === 'nothing' ? quiet + 1 : 0;
    if (nowQuiet >= QUIET_FILLS || count >= MAX_FILLS) {
      this.#filling = false;
      this.#parts.metrics.historyGaps.set(0);
      return;
    }
    // A store that does not answer yet (the engine is starting) is asked for as long as it takes.
    const next = result === 'failed' ? count : count + 1;
    this.#cancel = this.#parts.time.after(AGAIN_MS, () => void this.#round(turn, next, nowQuiet));
  }

  async #once(turn: number): Promise<'filled' | 'nothing' | 'failed'> {
    const { history, time, window, metrics, log } = this.#parts;
    const to = time.now() - SETTLED_MS;
    const from = Math.max(this.#from - SETTLED_MS, to - WINDOW_MS);
    try {
      const stored = await history.stored(from, to, 1);
      if (turn !== this.#turn) return 'nothing';
      metrics.historyFills.inc();
      if (!window.mergeStored(stored)) return 'nothing';
      this.#parts.onFilled();
      return 'filled';
    } catch (error) {
      log.warn({ err: error }, 'history not loaded');
      return 'failed';
    }
  }
}
