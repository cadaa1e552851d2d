import type { StoreState } from '../../live/protocol.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Log } from '../log.ts';
import type { Time } from '../time.ts';
import { type CollectorAddress, collectorHeaders, followCollector } from './collector-stream.ts';
import type { History } from './history.ts';
import { readStats, UNREACHABLE } from './store-stats.ts';
import { type TimelineWindow, WINDOW_MS } from './window.ts';

/** The spool is loaded into the tables within a second or two: what the first look missed, the second finds. */
const FILL_AFTER_MS = [0, 1_000, 4_000] as const;
const STATS_EVERY_MS = 2_000;

/** Younger seconds are left to the stream: what is on its way in both would be counted twice. */
const SETTLED_MS = 2_000;

interface Parts {
  address: CollectorAddress;
  window: TimelineWindow;
  history: History;
  metrics: Metrics;
  time: Time;
  log: Log;
  /** History was filled in. */
  onFilled: () => void;
  onStore: (state: StoreState) => void;
}

/**
 * Feeds the window: follows the collector's live stream and, at each (re)connect, fills the gap from its tables. Each
 * fill may be repeated without harm, so nothing depends on how far the store lags behind.
 */
export function feedWindow(parts: Parts): () => void {
  const { window, time, metrics, log } = parts;
  const cancels = new Set<() => void>();
  const stop = new AbortController();
  let gapFrom = time.now() - WINDOW_MS;

  const later = (ms: number, call: () => void) => {
    const cancel = time.after(ms, () => {
      cancels.delete(cancel);
      call();
    });
    cancels.add(cancel);
  };
  const fill = async (from: number, last: boolean) => {
    try {
      const to = time.now() - SETTLED_MS;
      if (to <= from) return;
      const stored = await parts.history.stored(from, to, 1);
      if (stop.signal.aborted) return;
      const changed = window.mergeStored(stored);
      metrics.historyFills.inc();
      if (changed) parts.onFilled();
    } catch (error) {
      log.warn({ err: error }, 'history not loaded');
      // The stream stands but the tables do not answer yet: the engine is starting.
      if (last && !stop.signal.aborted) later(2_000, () => void fill(from, true));
    }
  };
  const unfollow = followCollector(
    parts.address,
    {
      connected: () => {
        metrics.collectorReconnects.inc();
        const from = Math.max(gapFrom, time.now() - WINDOW_MS);
        for (const [i, ms] of FILL_AFTER_MS.entries()) {
          later(ms, () => void fill(from, i === FILL_AFTER_MS.length - 1));
        }
      },
      disconnected: () => {
        // Two seconds back: increments of a second may have been cut in the middle.
        gapFrom = Math.max(window.dataAt - 2_000, time.now() - WINDOW_MS);
        parts.onStore(UNREACHABLE);
      },
      line: (line) => window.merge(line),
      refused: () => metrics.dropped.inc({ what: 'live_line' }),
    },
    time,
    log,
  );
  const stats = async () => {
    const state = await readStats(parts.address.url, collectorHeaders(parts.address), stop.signal);
    if (!stop.signal.aborted) parts.onStore(state);
  };
  void stats();
  const endStats = time.every(STATS_EVERY_MS, () => void stats());
  return () => {
    stop.abort();
    endStats();
    unfollow();
    for (const cancel of cancels) cancel();
  };
}
