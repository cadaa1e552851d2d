import type { Logger } from 'pino';
import { TRAFFIC_TABLES } from '../tables.ts';
import { cutOffs, type Eviction, type Slice } from './cut-off.ts';
import { EvictedCounts } from './evicted.ts';
import { dropDay, evictDay } from './eviction.ts';
import { excessOverFairShare, mostOf } from './fair-shares.ts';
import { emptySet } from './gone.ts';
import { Inventory } from './inventory.ts';
import { KEPT, markKept, TRACE_HASH } from './keep.ts';
import type { Maintenance } from './maintenance.ts';
import { RAW_TABLES } from './raw-tables.ts';
import { bytesByService, slicesOf } from './weigh.ts';

export interface RetentionPolicy {
  /** Ordinary data is dropped when its whole day is older. */
  days: number;
  /** Kept traces, too. */
  keepDays: number;
  /** On disk; 0 is no limit. */
  maxBytes: number;
}

const DAY_SECONDS = 86_400;
/** An eviction goes down to this share of the limit, so that the next one is some time away. */
const TARGET = 0.9;
/** Estimates of bytes are averages; within so much of the target is good enough. */
const TOLERANCE = 0.03;
const MAX_ROUNDS = 4;
/** An old day that is still filled is left for so many looks at most. */
const MAX_LOOKS = 10;
/** That lose something in one round: statements name each, and thousands are more than the engine parses. */
const MOST_SERVICES = 500;
/** Figures and events are small; where they are not, their oldest days go before anything else does. */
const FIGURES_SHARE = 0.25;
/** The newest data stays, or what is still arriving would be counted before all of it is there. */
const NEWEST_SECONDS = 120;

/** Lives as long as ordinary data whatever the bytes, as figures of traffic do: the timeline shows its events. */
const EVENTS = 'stormglass_events';
const FIGURES: readonly string[] = [...TRAFFIC_TABLES, EVENTS];

/** Removes the oldest data by age and by bytes, and counts what it removes. */
export class Retention {
  readonly #store: Maintenance;
  readonly #policy: RetentionPolicy;
  readonly #now: () => number;
  readonly #log: Logger;
  /** Rows of each day beyond its age after the last look; another number means that late data has come. */
  readonly #settled = new Map<string, number>();
  /** Rows of each day beyond its age which is still filled, at the last look, and for how many looks it has been. */
  readonly #filling = new Map<string, { rows: number; looks: number }>();
  readonly evicted = new EvictedCounts();
  /** On disk, at the last look; null before the first. */
  bytes: number | null = null;
  #isClean = false;

  constructor(store: Maintenance, policy: RetentionPolicy, log: Logger, now: () => number = Date.now) {
    this.#store = store;
    this.#policy = policy;
    this.#log = log;
    this.#now = now;
  }

  get maxBytes(): number {
    return this.#policy.maxBytes;
  }

  async run(): Promise<void> {
    if (!this.#isClean) await this.#recover();
    this.#isClean = false;
    await this.#byAge(await this.#look());
    const { maxBytes } = this.#policy;
    if (maxBytes > 0 && (await this.#look()).bytes > maxBytes) await this.#byBytes(maxBytes);
    this.#isClean = true;
  }

  /** What a crash or a failure left half done would go on uncounted, and with a set of kept traces that is being made anew. */
  async #recover(): Promise<void> {
    await this.#store.maintain(
      'KILL MUTATION WHERE database = currentDatabase() AND NOT is_done SYNC FORMAT Null',
    );
  }

  async #look(): Promise<Inventory> {
    const inventory = await Inventory.read(this.#store);
    this.bytes = inventory.bytes;
    return inventory;
  }

  async #byAge(inventory: Inventory): Promise<void> {
    const now = this.#now() / 1000;
    const isOver = (day: string, days: number) => inventory.spanOf(day).to + days * DAY_SECONDS <= now;
    for (const day of inventory.days) {
      const rows = rowsOn(inventory, day);
      if (!isOver(day, this.#policy.days) || this.#settled.get(day) === rows) continue;
      if (this.#isFilling(day, rows)) continue;
      await emptySet(this.#store, KEPT);
      const isKeepOver = isOver(day, this.#policy.keepDays);
      if (!isKeepOver) await markKept(this.#store, inventory, day);
      const eviction: Eviction = { reason: 'age', cuts: null, before: inventory.spanOf(day).to };
      await evictDay(this.#store, { inventory, day, counts: this.evicted }, eviction);
      if (isKeepOver) await this.#forget(inventory, day);
      else await this.#forgetOrdinary(inventory, day);
      await this.#store.maintain(`DROP TABLE ${KEPT}`);
      this.#filling.delete(day);
      this.#settled.set(day, rowsOn(await this.#look(), day));
    }
    for (const known of [this.#settled, this.#filling])
      for (const day of known.keys()) if (!inventory.days.includes(day)) known.delete(day);
  }

  /** While rows come in, a trace whose error is still to come looks like any other. */
  #isFilling(day: string, rows: number): boolean {
    const last = this.#filling.get(day) ?? { rows: -1, looks: 0 };
    const isFilling = last.rows !== rows && last.looks < MAX_LOOKS;
    if (isFilling) this.#filling.set(day, { rows, looks: last.looks + 1 });
    return isFilling;
  }

  async #forget(inventory: Inventory, day: string): Promise<void> {
    for (const { table } of inventory.partitions.filter((p) => p.day === day))
      await dropDay(this.#store, table, day);
  }

  async #forgetOrdinary(inventory: Inventory, day: string): Promise<void> {
    for (const table of TRAFFIC_TABLES)
      if (inventory.on(table, day) !== undefined) await dropDay(this.#store, table, day);
    if (inventory.on(EVENTS, day) === undefined) return;
    await this.#store.maintain(
      `ALTER TABLE ${EVENTS} DELETE IN PARTITION ID '${day}' WHERE ${TRACE_HASH} NOT IN ${KEPT}`,
    );
  }

  async #byBytes(maxBytes: number): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      await this.#trimFigures(await this.#look(), maxBytes * FIGURES_SHARE);
      const inventory = await this.#look();
      if (inventory.bytes <= maxBytes * (TARGET + TOLERANCE)) return;
      if (!(await this.#evictBytes(inventory, inventory.bytes - maxBytes * TARGET))) break;
    }
    const { bytes } = await this.#look();
    if (bytes > maxBytes)
      this.#log.warn({ bytes, maxBytes }, 'the store is over its limit, and its newest data stays');
  }

  async #trimFigures(inventory: Inventory, maxBytes: number): Promise<void> {
    const figures = inventory.partitions.filter((p) => FIGURES.includes(p.table));
    let bytes = figures.reduce((sum, p) => sum + p.bytes, 0);
    const newest = inventory.days.at(-1);
    for (const partition of figures) {
      if (bytes <= maxBytes || partition.day === newest) return;
      await dropDay(this.#store, partition.table, partition.day);
      bytes -= partition.bytes;
    }
  }

  /** False when there is nothing that may go. */
  async #evictBytes(inventory: Inventory, bytes: number): Promise<boolean> {
    const store = this.#store;
    const needs = await bytesByService(store, inventory);
    const stored = [...needs.values()].reduce((a, b) => a + b, 0);
    const excess = mostOf(excessOverFairShare(needs, stored - bytes), MOST_SERVICES);
    const newest = Math.floor(this.#now() / 1000) - NEWEST_SECONDS;
    await emptySet(store, KEPT);
    const slices = await this.#oldestSlices(inventory, excess, newest);
    const cuts = cutOffs(slices, excess, newest);
    if (cuts.size > 0) {
      const before = Math.max(...[...cuts.values()].map((cut) => cut.ordinary));
      for (const day of inventory.days.filter((d) => inventory.spanOf(d).from < before))
        await evictDay(store, { inventory, day, counts: this.evicted }, { reason: 'bytes', cuts, before });
    }
    await store.maintain(`DROP TABLE ${KEPT}`);
    return cuts.size > 0;
  }

  /** Of the services in `excess`, day by day until each has enough that is ordinary; marks what is kept on these days. */
  async #oldestSlices(
    inventory: Inventory,
    excess: ReadonlyMap<string, number>,
    newest: number,
  ): Promise<Slice[]> {
    const services = [...excess.keys()];
    const slices: Slice[] = [];
    const missing = new Map(excess);
    for (const day of inventory.days.filter((d) => inventory.spanOf(d).from < newest)) {
      if ([...missing.values()].every((bytes) => bytes <= 0)) break;
      await markKept(this.#store, inventory, day);
      for (const slice of await slicesOf(this.#store, { inventory, day, services })) {
        slices.push(slice);
        if (slice.to <= newest)
          missing.set(slice.service, (missing.get(slice.service) ?? 0) - slice.ordinary);
      }
    }
    return slices;
  }
}

function rowsOn(inventory: Inventory, day: string): number {
  return RAW_TABLES.reduce((sum, { name }) => sum + (inventory.on(name, day)?.rows ?? 0), 0);
}
