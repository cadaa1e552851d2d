import type { StoreState } from '../../live/protocol.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Time } from '../time.ts';
import { type CollectorAddress, collectorHeaders, followCollector } from './collector-stream.ts';
import { GapFiller } from './gap-filler.ts';
import type { History } from './history.ts';
import { readStats, UNREACHABLE } from './store-stats.ts';
import type { TimelineWindow } from './window.ts';

const STATS_EVERY_MS = 2_000;

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

/** Feeds the window: follows the collector's live stream and, at each (re)connect, fills the gap from its tables. */
export function feedWindow(parts: Parts): () => void {
  const { address, window, time, metrics, log } = parts;
  const stop = new AbortController();
  const gap = new GapFiller(parts);
  const unfollow = followCollector(
    address,
    {
      connected: () => {
        metrics.collectorReconnects.inc();
        gap.fill();
      },
      disconnected: () => {
        gap.opened();
        parts.onStore(UNREACHABLE);
      },
      line: (line) => window.merge(line),
      refused: () => metrics.dropped.inc({ what: 'live_line' }),
    },
    time,
    log,
  );
  const stats = async () => {
    const state = await readStats(address.url, collectorHeaders(address), stop.signal);
    if (!stop.signal.aborted) parts.onStore(state);
  };
  void stats();
  const endStats = time.every(STATS_EVERY_MS, () => void stats());
  return () => {
    stop.abort();
    endStats();
    unfollow();
    gap.close();
  };
}
