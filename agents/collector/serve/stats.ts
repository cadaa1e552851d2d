import { Counter, Gauge, Registry } from 'prom-client';
import type { LiveFeed } from '../live/feed.ts';
import type { ByteBudget } from '../receive/budget.ts';
import type { Intake } from '../receive/intake.ts';
import type { Spool } from '../spool/spool.ts';
import type { Loader } from '../store/loader.ts';
import type { ParentCheck, ParentCounts } from '../store/parents.ts';
import type { StoreFacts, TelemetryStore } from '../store/port.ts';
import { REASONS, type Reason } from '../store/retention/evicted.ts';
import type { Housekeeping } from '../store/retention/housekeeping.ts';
import type { Retention } from '../store/retention/retention.ts';
import { SIGNALS, type Signal } from '../wire/signals.ts';

export interface StatsParts {
  intake: Intake;
  budget: ByteBudget;
  spool: Spool;
  store: TelemetryStore;
  loader: Loader;
  live: LiveFeed;
  retention: Retention;
  parents: ParentCheck;
  housekeeping: Housekeeping;
}

/** What `/stats` answers; counts are since the start of the process. */
export interface CollectorSnapshot {
  spoolBytes: number;
  /** Items acknowledged, all signals together, and by signal. */
  received: number;
  receivedBySignal: Record<string, number>;
  rejected: number;
  rejectedByReason: Record<string, number>;
  /** Spans and data points counted under `{overflow}`, by what was too many: services, operations, peers, series. */
  overflowed: Record<string, number>;
  quarantined: number;
  /** Records that retention removed, all together, by signal and reason, and by service. */
  evicted: number;
  evictedBySignal: Record<Signal, Record<Reason, number>>;
  evictedByService: Record<string, number>;
  /** Spans whose parent had not arrived, or started after them. */
  parents: ParentCounts;
  /** Which store it is and what it cannot say; null while a server has not been reached. */
  store: StoreFacts | null;
  /** On disk at the last look, null before the first; a limit of 0 is none. */
  storeBytes: number | null;
  storeLimitBytes: number;
  housekeepingFailures: number;
  tornTails: number;
  segmentsLoaded: number;
  loadFailures: number;
  lastLoadMs: Record<string, number>;
  /** Bytes of request bodies in memory now. */
  inFlightBytes: number;
  liveListeners: number;
  liveDropped: number;
  rssBytes: number;
}

/** The collector's own figures, as JSON and for Prometheus. */
export class CollectorStats {
  readonly #parts: StatsParts;
  readonly #registry = new Registry();

  constructor(parts: StatsParts) {
    this.#parts = parts;
    this.#register();
    this.#registerRetention();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  snapshot(): CollectorSnapshot {
    const { intake, budget, spool, store, loader, live, retention, parents, housekeeping } = this.#parts;
    const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
    return {
      spoolBytes: spool.bytes,
      received: sum(intake.stats.received),
      receivedBySignal: { ...intake.stats.received },
      rejected: sum(intake.stats.rejected),
      rejectedByReason: { ...intake.stats.rejected },
      overflowed: intake.overflowed,
      quarantined: spool.quarantined,
      evicted: retention.evicted.total,
      evictedBySignal: retention.evicted.bySignal,
      evictedByService: retention.evicted.byService,
      parents: parents.counts,
      store: store.facts,
      storeBytes: retention.bytes,
      storeLimitBytes: retention.maxBytes,
      housekeepingFailures: housekeeping.failures,
      tornTails: spool.tornTails,
      segmentsLoaded: loader.stats.segments,
      loadFailures: loader.stats.failures,
      lastLoadMs: { ...loader.stats.lastMs },
      inFlightBytes: budget.used,
      liveListeners: live.listeners,
      liveDropped: live.dropped,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  prometheus(): Promise<string> {
    return this.#registry.metrics();
  }

  #register(): void {
    const { intake, budget, spool, loader, live } = this.#parts;
    const { counter, gauge } = readAtScrape(this.#registry);
    counter('stormglass_collector_items_received_total', 'Items acknowledged.', ['signal'], (c) => {
      for (const signal of SIGNALS) c.inc({ signal }, intake.stats.received[signal]);
    });
    counter('stormglass_collector_rejected_total', 'Items and requests refused.', ['reason'], (c) => {
      for (const [reason, count] of Object.entries(intake.stats.rejected)) c.inc({ reason }, count);
    });
    counter('stormglass_collector_overflow_total', 'Items beyond a bound of names.', ['bound'], (c) => {
      for (const [bound, count] of Object.entries(intake.overflowed)) c.inc({ bound }, count);
    });
    counter('stormglass_collector_segments_loaded_total', 'Spool segments loaded.', [], (c) =>
      c.inc(loader.stats.segments),
    );
    counter('stormglass_collector_load_failures_total', 'Failed loads.', [], (c) =>
      c.inc(loader.stats.failures),
    );
    counter('stormglass_collector_quarantined_total', 'Requests set aside.', [], (c) =>
      c.inc(spool.quarantined),
    );
    gauge('stormglass_collector_spool_bytes', 'Bytes acknowledged and not yet loaded.', () => spool.bytes);
    gauge('stormglass_collector_in_flight_bytes', 'Request bodies in memory.', () => budget.used);
    gauge('stormglass_collector_live_listeners', 'Listeners of the live stream.', () => live.listeners);
    gauge('stormglass_collector_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  }

  #registerRetention(): void {
    const { retention, parents, housekeeping } = this.#parts;
    const { counter, gauge } = readAtScrape(this.#registry);
    counter(
      'stormglass_collector_evicted_total',
      'Records removed by retention.',
      ['signal', 'reason'],
      (c) => {
        for (const signal of SIGNALS)
          for (const reason of REASONS) c.inc({ signal, reason }, retention.evicted.bySignal[signal][reason]);
      },
    );
    counter('stormglass_collector_parent_checks_total', 'Spans whose parent was looked for.', [], (c) =>
      c.inc(parents.counts.checked),
    );
    counter('stormglass_collector_orphaned_total', 'Spans whose parent had not arrived.', [], (c) =>
      c.inc(parents.counts.orphaned),
    );
    counter('stormglass_collector_skewed_total', 'Spans that start before their parent.', [], (c) =>
      c.inc(parents.counts.skewed),
    );
    counter(
      'stormglass_collector_housekeeping_failures_total',
      'Failures of retention and checks.',
      [],
      (c) => c.inc(housekeeping.failures),
    );
    gauge(
      'stormglass_collector_store_bytes',
      'Bytes on disk at the last look.',
      () => retention.bytes ?? Number.NaN,
    );
    gauge(
      'stormglass_collector_store_limit_bytes',
      'Bytes above which the oldest data goes; 0 is no limit.',
      () => retention.maxBytes,
    );
  }
}

/** Figures are read from the parts at scrape time, so that there is one count and not two. */
function readAtScrape(registry: Registry) {
  const registers = [registry];
  return {
    counter: (name: string, help: string, labelNames: string[], read: (c: Counter) => void) =>
      new Counter({
        ...{ name, help, labelNames, registers },
        collect() {
          this.reset();
          read(this);
        },
      }),
    gauge: (name: string, help: string, read: () => number) =>
      new Gauge({
        ...{ name, help, registers },
        collect() {
          this.set(read());
        },
      }),
  };
}
