import {
  cellKey,
  emptyTimeline,
  mergeSketches,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';

/** How much of the past the browser holds, milliseconds; older ranges are fetched. */
export const LIVE_WINDOW_MS = 15 * 60_000;

/** Upper bound of each list that appends; the oldest go first and are counted. */
const MAX_EVENTS = 20_000;
const MAX_RECEIPTS = 500;

type AppendKey = 'breakers' | 'transitions' | 'queues' | 'invariants' | 'sagas' | 'receipts' | 'processes';
const APPENDING: readonly AppendKey[] = [
  'breakers',
  'transitions',
  'queues',
  'invariants',
  'sagas',
  'receipts',
  'processes',
];

function mergeCells(a: TrafficCell, b: TrafficCell): TrafficCell {
  return {
    ...a,
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    receipts: a.receipts + b.receipts,
    durations: mergeSketches([a.durations, b.durations]),
  };
}

/**
 * The browser's bounded copy of the last minutes. `add` merges an increment in place and cheaply; `view` hands out an
 * immutable Timeline whose lists keep their identity while they did not change, in order of time.
 */
export class TimelineWindow {
  private readonly seconds = new Map<number, Map<string, TrafficCell>>();
  private readonly cache = new Map<number, TrafficCell[]>();
  private current: Timeline = emptyTimeline();
  private trafficDirty = false;
  private newest = 0;
  /** Rows thrown away because a list was full. */
  dropped = 0;
  /** Before this instant, epoch ms, rows are missing for that reason; receipts are examples, and do not count. */
  completeFrom = 0;

  reset(timeline: Timeline): void {
    this.seconds.clear();
    this.cache.clear();
    this.current = emptyTimeline();
    this.newest = 0;
    this.completeFrom = 0;
    this.add(timeline);
  }

  add(part: Partial<Timeline>): void {
    for (const cell of part.traffic ?? []) this.addCell(cell);
    for (const key of APPENDING) {
      const rows = part[key];
      if (rows && rows.length > 0) this.append(key, rows);
    }
    if (part.faults && part.faults.length > 0) this.replaceFaults(part.faults);
  }

  /** Forgets what is older than the window, measured from the newest instant seen or `now`, epoch ms. */
  prune(now: number): void {
    const oldest = now - LIVE_WINDOW_MS;
    for (const second of this.seconds.keys()) {
      if (second * 1000 >= oldest) continue;
      this.seconds.delete(second);
      this.cache.delete(second);
      this.trafficDirty = true;
    }
    for (const key of APPENDING) this.pruneList(key, oldest);
    const faults = this.current.faults.filter((f) => (f.endedAt ?? now) >= oldest);
    if (faults.length !== this.current.faults.length) this.current = { ...this.current, faults };
  }

  /** Cells of traffic held. */
  get cells(): number {
    let sum = 0;
    for (const cells of this.seconds.values()) sum += cells.size;
    return sum;
  }

  view(): Timeline {
    if (this.trafficDirty) {
      this.current = { ...this.current, traffic: this.flatten() };
      this.trafficDirty = false;
    }
    return this.current;
  }

  private addCell(cell: TrafficCell): void {
    let cells = this.seconds.get(cell.second);
    if (!cells) {
      cells = new Map();
      this.seconds.set(cell.second, cells);
    }
    const key = cellKey(cell);
    const known = cells.get(key);
    cells.set(key, known ? mergeCells(known, cell) : cell);
    this.cache.delete(cell.second);
    this.newest = Math.max(this.newest, cell.second);
    this.trafficDirty = true;
  }

  private flatten(): TrafficCell[] {
    const out: TrafficCell[] = [];
    for (const second of [...this.seconds.keys()].sort((a, b) => a - b)) {
      let cells = this.cache.get(second);
      if (!cells) {
        cells = [...(this.seconds.get(second)?.values() ?? [])];
        this.cache.set(second, cells);
      }
      for (const cell of cells) out.push(cell);
    }
    return out;
  }

  private append<K extends AppendKey>(key: K, rows: Timeline[K]): void {
    const all = [...this.current[key], ...rows] as { at: number }[];
    const last = this.current[key].at(-1);
    const first = rows[0];
    if (last && first && first.at < last.at) all.sort((a, b) => a.at - b.at);
    const limit = key === 'receipts' ? MAX_RECEIPTS : MAX_EVENTS;
    const extra = Math.max(0, all.length - limit);
    this.dropped += extra;
    if (extra > 0 && key !== 'receipts') this.completeFrom = Math.max(this.completeFrom, all[extra]?.at ?? 0);
    this.current = { ...this.current, [key]: extra > 0 ? all.slice(extra) : all };
  }

  private pruneList(key: AppendKey, oldest: number): void {
    const list: readonly { at: number }[] = this.current[key];
    const first = list[0];
    if (!first || first.at >= oldest) return;
    const keep = list.findIndex((row) => row.at >= oldest);
    this.current = { ...this.current, [key]: keep < 0 ? [] : list.slice(keep) };
  }

  private replaceFaults(faults: Timeline['faults']): void {
    const byId = new Map(this.current.faults.map((f) => [f.faultId, f]));
    for (const fault of faults) byId.set(fault.faultId, fault);
    this.current = { ...this.current, faults: [...byId.values()].sort((a, b) => a.armedAt - b.armedAt) };
  }
}
