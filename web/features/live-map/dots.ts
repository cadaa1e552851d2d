import { cellKey, type Timeline } from '@stormglass/agents/contract';
import { edgeId } from '../../live/figures.ts';

/** A dot is a real call: it sets out when the call is first heard of, and travels at constant speed. */
export interface Dot {
  edge: string;
  /** Milliseconds of the page's clock at which it sets out. */
  startsAt: number;
  failed: boolean;
  message: boolean;
}

export const DOT_SPEED_PX_S = 80;
/** Above this rate an edge draws one dot for N calls. */
export const MAX_DOTS_PER_SECOND = 12;
const MAX_DOTS = 1_500;
/** The dots of one batch set out over this time, milliseconds: the first of an edge, and at most. */
const FIRST_SPREAD_MS = 240;
const MAX_SPREAD_MS = 1_500;

interface Counted {
  calls: number;
  errors: number;
}

/** New calls of an edge. */
interface Growth extends Counted {
  edge: string;
  message: boolean;
}

/**
 * Turns the growth of the newest cells into dots. It looks at the last seconds only, remembers what it has already
 * drawn, and never draws a call twice; dots it has no room for are counted.
 */
export class DotSource {
  private readonly drawn = new Map<string, Counted & { second: number }>();
  private readonly carry = new Map<string, number>();
  private readonly heardAt = new Map<string, number>();
  private started = false;
  dots: Dot[] = [];
  dropped = 0;

  /** `now` is the page's clock, `at` the hub's, both milliseconds; `rates` are calls per second by edge, `edgeOf` is the one drawn for it. */
  update(
    timeline: Timeline,
    at: number,
    now: number,
    rates: ReadonlyMap<string, number>,
    edgeOf: (id: string) => string = (id) => id,
  ): void {
    const oldest = Math.floor(at / 1000) - 3;
    const grown = new Map<string, Growth>();
    for (let i = timeline.traffic.length - 1; i >= 0; i -= 1) {
      const cell = timeline.traffic[i];
      if (!cell || cell.second < oldest) break;
      if (cell.kind === 'server' || cell.kind === 'db' || cell.peer === '') continue;
      const consumer = cell.kind === 'consumer';
      const message = consumer || cell.kind === 'producer';
      const edge = edgeOf(
        edgeId(
          consumer ? `queue:${cell.peer}` : cell.service,
          cell.kind === 'producer' ? `queue:${cell.peer}` : consumer ? cell.service : cell.peer,
        ),
      );
      const key = cellKey(cell);
      const known = this.drawn.get(key) ?? { calls: 0, errors: 0, second: cell.second };
      const calls = cell.calls - known.calls;
      const errors = cell.errors - known.errors;
      if (calls <= 0) continue;
      this.drawn.set(key, { calls: cell.calls, errors: cell.errors, second: cell.second });
      // What was there before the page opened has happened already; it is not replayed.
      if (!this.started) continue;
      const growth = grown.get(edge) ?? { edge, calls: 0, errors: 0, message };
      grown.set(edge, { ...growth, calls: growth.calls + calls, errors: growth.errors + errors });
    }
    for (const growth of grown.values()) this.add(growth, now, rates.get(growth.edge) ?? 0);
    this.started = true;
    for (const [key, value] of this.drawn) if (value.second < oldest) this.drawn.delete(key);
  }

  private add({ edge, calls, errors, message }: Growth, now: number, rate: number): void {
    const wanted = calls / Math.max(1, rate / MAX_DOTS_PER_SECOND) + (this.carry.get(edge) ?? 0);
    const n = Math.min(MAX_DOTS_PER_SECOND, Math.floor(wanted));
    this.carry.set(edge, wanted % 1);
    // Calls become known in batches; they were made all through the time since the batch before.
    const spread = Math.min(MAX_SPREAD_MS, now - (this.heardAt.get(edge) ?? now - FIRST_SPREAD_MS));
    this.heardAt.set(edge, now);
    const failing = Math.min(n, Math.round((errors / calls) * n));
    for (let i = 0; i < n; i += 1) {
      if (this.dots.length >= MAX_DOTS) {
        this.dropped += n - i;
        return;
      }
      this.dots.push({ edge, startsAt: now + (i * spread) / n, failed: i < failing, message });
    }
  }

  /** Forgets the dots that have arrived; lengths are px. */
  sweep(now: number, curves: ReadonlyMap<string, { length: number }>): void {
    this.dots = this.dots.filter((dot) => {
      const length = curves.get(dot.edge)?.length;
      return length !== undefined && ((now - dot.startsAt) / 1000) * DOT_SPEED_PX_S < length;
    });
  }

  clear(): void {
    this.dots = [];
    this.drawn.clear();
    this.started = false;
  }
}
