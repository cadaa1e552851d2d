import type {
  BreakerSample,
  BreakerTransition,
  FaultInterval,
  InvariantSample,
  LiveLine,
  ProcessEvent,
  QueueSample,
  Receipt,
  SagaEvent,
  Timeline,
} from '@stormglass/agents/contract';
import { Cells, coarsen } from './cells.ts';
import { Series } from './series.ts';

/** How far back the hub remembers by itself; older ranges come from the store. Milliseconds. */
export const WINDOW_MS = 15 * 60_000;

/** What fits, at most; sized for 22 services: about 100 cells a second, 40 breakers and 10 queues
 * at 1 Hz, 10 orders a second with 10 saga events each. */
const LIMITS = {
  breakers: 40_000,
  transitions: 2_000,
  queues: 10_000,
  invariants: 20_000,
  sagas: 100_000,
  receipts: 1_000,
  processes: 2_000,
  faults: 500,
} as const;
const MAX_CELLS = 150_000;

type Kind = keyof typeof LIMITS | 'traffic';
/** Gets the increments just merged, without what was known already. */
export type WindowListener = (added: Partial<Timeline>) => void;

/** The last 15 minutes of everything, in memory: merged from the collector's stream, the hub's own events and history. */
export class TimelineWindow {
  readonly #cells = new Cells();
  readonly #breakers: Series<BreakerSample>;
  readonly #transitions: Series<BreakerTransition>;
  readonly #queues: Series<QueueSample>;
  readonly #invariants: Series<InvariantSample>;
  readonly #sagas: Series<SagaEvent>;
  readonly #receipts: Series<Receipt>;
  readonly #processes: Series<ProcessEvent>;
  readonly #faults = new Map<string, FaultInterval>();
  readonly #now: () => number;
  readonly #dropped: (what: Kind, count: number) => void;
  readonly #listeners = new Set<WindowListener>();
  #dataAt = 0;
  #evictedAt = 0;

  constructor(now: () => number, dropped: (what: Kind, count: number) => void) {
    this.#now = now;
    this.#dropped = dropped;
    const series = <T extends { at: number }>(kind: keyof typeof LIMITS, key: (item: T) => string) =>
      new Series<T>(LIMITS[kind], key, (count) => dropped(kind, count));
    this.#breakers = series('breakers', (b) => `${b.at}|${b.service}|${b.instance}|${b.name}`);
    this.#transitions = series('transitions', (t) => `${t.at}|${t.service}|${t.instance}|${t.name}|${t.to}`);
    this.#queues = series('queues', (q) => `${q.at}|${q.system}|${q.queue}`);
    this.#invariants = series('invariants', (i) => `${i.at}|${i.service}|${i.id}`);
    this.#sagas = series('sagas', (s) => `${s.at}|${s.sagaId}|${s.event}|${s.step}|${s.kind}|${s.attempt}`);
    this.#receipts = series('receipts', (r) => `${r.spanId}|${r.faultId}`);
    this.#processes = series('processes', (p) => `${p.at}|${p.service}|${p.instance}|${p.pid}|${p.state}`);
  }

  /** The answer ends it. */
  listen(listener: WindowListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Newest instant of telemetry seen, epoch ms; 0 before the first. */
  get dataAt(): number {
    return this.#dataAt;
  }

  get cells(): number {
    return this.#cells.size;
  }

  /** A line of the collector's live stream. */
  merge(line: LiveLine): void {
    this.#dataAt = Math.max(this.#dataAt, line.dataAt);
    const floor = this.#now() - WINDOW_MS;
    const recent = <T extends { at: number }>(items: readonly T[], series: Series<T>) =>
      items.filter((item) => item.at >= floor && series.add(item));
    const traffic = line.traffic.filter((cell) => cell.second * 1000 >= floor);
    for (const cell of traffic) this.#cells.add(cell);
    this.#tell({
      traffic,
      breakers: recent(line.breakers, this.#breakers),
      transitions: recent(line.transitions, this.#transitions),
      queues: recent(line.queues, this.#queues),
      invariants: recent(line.invariants, this.#invariants),
      sagas: recent(line.sagas, this.#sagas),
      receipts: recent(line.receipts, this.#receipts),
    });
    this.#evict();
  }

  /**
   * Stored history: fills what is missing, takes nothing away. Listeners are not told; true when something was filled.
   */
  mergeStored(stored: Timeline): boolean {
    let changed = false;
    const floor = this.#now() - WINDOW_MS;
    for (const cell of stored.traffic) {
      if (cell.second * 1000 < floor) continue;
      changed = this.#cells.addStored(cell) || changed;
      this.#dataAt = Math.max(this.#dataAt, Math.min(cell.second * 1000 + 1000, this.#now()));
    }
    const fill = <T extends { at: number }>(items: readonly T[], series: Series<T>) => {
      for (const item of items) if (item.at >= floor) changed = series.add(item) || changed;
    };
    fill(stored.breakers, this.#breakers);
    fill(stored.transitions, this.#transitions);
    fill(stored.queues, this.#queues);
    fill(stored.invariants, this.#invariants);
    fill(stored.sagas, this.#sagas);
    fill(stored.receipts, this.#receipts);
    fill(stored.processes, this.#processes);
    for (const fault of stored.faults) {
      if (this.#faults.has(fault.faultId)) continue;
      this.#faults.set(fault.faultId, fault);
      changed = true;
    }
    this.#evict();
    return changed;
  }

  setFault(fault: FaultInterval): void {
    this.#faults.set(fault.faultId, fault);
    this.#tell({ faults: [fault] });
    if (this.#faults.size <= LIMITS.faults) return;
    const oldest = this.#faults.keys().next().value;
    if (oldest !== undefined) this.#faults.delete(oldest);
    this.#dropped('faults', 1);
  }

  addProcess(event: ProcessEvent): void {
    if (this.#processes.add(event)) this.#tell({ processes: [event] });
  }

  /** What touches [from, to] (epoch ms), cells of `step` seconds. */
  slice(from: number, to: number, step = 1): Timeline {
    return {
      traffic: coarsen(this.#cells.slice(Math.floor(from / 1000), Math.floor(to / 1000)), step),
      breakers: this.#breakers.slice(from, to),
      transitions: this.#transitions.slice(from, to),
      queues: this.#queues.slice(from, to),
      invariants: this.#invariants.slice(from, to),
      sagas: this.#sagas.slice(from, to),
      faults: [...this.#faults.values()].filter((f) => f.armedAt <= to && (f.endedAt ?? to) >= from),
      receipts: this.#receipts.slice(from, to),
      processes: this.#processes.slice(from, to),
    };
  }

  /** Where a snapshot with at most `maxCells` cells begins, epoch ms. */
  snapshotFrom(maxCells: number): number {
    return Math.max(this.#now() - WINDOW_MS, this.#cells.newestWithin(maxCells) * 1000);
  }

  newestBreakers(): BreakerSample[] {
    return this.#breakers.newest((b) => `${b.service}|${b.instance}|${b.name}`);
  }

  newestOpenings(): BreakerTransition[] {
    const openings = this.#transitions.all().filter((t) => t.to === 'open' || t.to === 'forced_open');
    return [...new Map(openings.map((t) => [`${t.service}|${t.instance}|${t.name}`, t])).values()];
  }

  newestQueues(): QueueSample[] {
    return this.#queues.newest((q) => `${q.system}|${q.queue}`);
  }

  #evict(): void {
    const now = this.#now();
    // Once a second is enough: that is how cells are grouped.
    if (now - this.#evictedAt < 1_000) return;
    this.#evictedAt = now;
    const floor = now - WINDOW_MS;
    const before = this.#cells.size;
    this.#cells.evictBefore(Math.floor(floor / 1000));
    if (this.#cells.size > MAX_CELLS) {
      this.#cells.evictBefore(this.#cells.newestWithin(MAX_CELLS));
      this.#dropped('traffic', before - this.#cells.size);
    }
    for (const series of [this.#breakers, this.#transitions, this.#queues, this.#invariants, this.#sagas]) {
      series.evictBefore(floor);
    }
    this.#receipts.evictBefore(floor);
    this.#processes.evictBefore(floor);
    for (const [id, fault] of this.#faults) {
      if (fault.endedAt !== null && fault.endedAt < floor) this.#faults.delete(id);
    }
  }

  #tell(added: Partial<Timeline>): void {
    for (const listener of this.#listeners) listener(added);
  }
}
