import { type Maintenance, rowsOf } from './retention/maintenance.ts';

export interface ParentCounts {
  /** Spans looked at, and those among them whose parent had not arrived, or started after them. */
  checked: number;
  orphaned: number;
  skewed: number;
  /** One trace in so many was looked at in the newest check; counts are scaled up by it. */
  oneIn: number;
}

/** A check looks at no more spans than about this. */
const MOST_SPANS = 200_000;
/** A parent starts at most so long before its child: beyond that it is not looked for. */
const PARENT_BEFORE_MS = 15 * 60_000;
/** A check that comes late catches up at most so many windows. */
const MOST_WINDOWS = 5;

/**
 * Tells spans whose parent is missing, and those which start before it, by a look at the traces of the last window but
 * one: what a parent may take to arrive is one window. A parent that runs longer than that counts as missing.
 */
export class ParentCheck {
  readonly #store: Maintenance;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #received: () => number;
  #seen = 0;
  #quietWindows = 0;
  #from: number;
  readonly counts: ParentCounts = { checked: 0, orphaned: 0, skewed: 0, oneIn: 1 };

  /** `received` counts spans acknowledged; while it rests nothing is asked. */
  constructor(options: { store: Maintenance; windowMs: number; received: () => number; now?: () => number }) {
    this.#store = options.store;
    this.#windowMs = options.windowMs;
    this.#received = options.received;
    this.#now = options.now ?? Date.now;
    this.#from = this.#now() - 2 * this.#windowMs;
  }

  async run(): Promise<void> {
    const to = this.#now() - this.#windowMs;
    const from = Math.max(this.#from, to - MOST_WINDOWS * this.#windowMs);
    this.#from = Math.max(to, this.#from);
    if (this.#isQuiet() || to <= from) return;
    const window = `Timestamp >= ${instant(from)} AND Timestamp < ${instant(to)}`;
    const [all] = await rowsOf<{ n: number }>(
      this.#store,
      `SELECT count() AS n FROM otel_traces WHERE ${window}`,
    );
    const oneIn = Math.max(1, Math.ceil((all?.n ?? 0) / MOST_SPANS));
    this.counts.oneIn = oneIn;
    if (all === undefined || all.n === 0) return;
    const [found] = await rowsOf<Omit<ParentCounts, 'oneIn'>>(this.#store, question(from, to, window, oneIn));
    if (found === undefined) return;
    this.counts.checked += found.checked * oneIn;
    this.counts.orphaned += found.orphaned * oneIn;
    this.counts.skewed += found.skewed * oneIn;
  }

  /** What came last is in the window until the third look after it. */
  #isQuiet(): boolean {
    const received = this.#received();
    this.#quietWindows = received === this.#seen ? this.#quietWindows + 1 : 0;
    this.#seen = received;
    return this.#quietWindows > 2;
  }
}

const instant = (ms: number) => `fromUnixTimestamp64Milli(toInt64(${Math.floor(ms)}))`;

function question(from: number, to: number, window: string, oneIn: number): string {
  // Whole traces, or a parent would be missing because it was not looked at.
  const sample = oneIn === 1 ? '' : `AND cityHash64(TraceId) % ${oneIn} = 0`;
  const around = `Timestamp >= ${instant(from - PARENT_BEFORE_MS)} AND Timestamp < ${instant(to + (to - from))}`;
  return `SELECT count() AS checked, countIf(child.ParentSpanId != '' AND parent.SpanId = '') AS orphaned,
      countIf(parent.SpanId != '' AND child.Timestamp < parent.Timestamp) AS skewed
    FROM (SELECT TraceId, ParentSpanId, Timestamp FROM otel_traces WHERE ${window} ${sample}) AS child
    LEFT ANY JOIN (SELECT TraceId, SpanId, Timestamp FROM otel_traces WHERE ${around} ${sample}
      AND TraceId IN (SELECT TraceId FROM otel_traces WHERE ${window} ${sample})) AS parent
    ON child.TraceId = parent.TraceId AND child.ParentSpanId = parent.SpanId`;
}
