import { EventsPage } from '../../events/feed.ts';
import { parseShopEvent } from '../../events/shop-event.ts';
import type { Database } from '../../kit/database.ts';
import { type Held, StaleLease, whileHeld } from '../../kit/lease/lease.ts';
import { withLock } from '../../kit/lease/lock.ts';
import type { Log } from '../../kit/log.ts';
import { type Loop, startLoop } from '../../kit/loop.ts';
import { demandOk } from '../../kit/peer/demand.ts';
import type { Peer } from '../../kit/peer/peer.ts';
import { applyEvents } from './apply.ts';
import { beginRebuild, finishRebuild, REBUILD_LOCK, readGenerations, sweepFormer } from './generations.ts';

/** Events asked for at a time. */
const PAGE = 200;
/** How soon a source that did not answer is asked again, and former generations are looked for, ms. */
const POLL_MS = 5_000;

export interface SourceProgress {
  source: string;
  /** Events read so far. */
  events: number;
  finished: boolean;
}

/**
 * Builds the read models anew from the owners' own event stores, while the models of before are read and new events go
 * into both. Progress is committed with each page: a process that dies in the middle goes on where it was. Of several
 * replicas one builds, under a lock whose epoch goes into each write; if it dies, another goes on.
 */
export class Rebuilder {
  readonly #db: Database;
  readonly #sources: ReadonlyMap<string, Peer>;
  readonly #log: Log;
  readonly #instance: string | null;
  readonly #loop: Loop;

  /** `instance`: null if another living process may have the same name. */
  constructor(parts: { db: Database; sources: readonly Peer[]; log: Log; instance: string | null }) {
    this.#db = parts.db;
    this.#log = parts.log;
    this.#instance = parts.instance;
    this.#sources = new Map(parts.sources.map((peer) => [peer.name, peer]));
    this.#loop = startLoop({
      name: 'rebuild',
      intervalMs: POLL_MS,
      log: parts.log,
      run: async (signal) => {
        await this.#db.whenReady();
        return this.#round(signal);
      },
    });
  }

  /** Gives the number of the generation that is being built from now on (or already). */
  async begin(): Promise<number> {
    const generation = await beginRebuild(this.#db, [...this.#sources.keys()]);
    this.#loop.nudge();
    return generation;
  }

  async progress(): Promise<SourceProgress[]> {
    return this.#db.query<SourceProgress & Record<string, unknown>>(
      'select source, events::int, finished from rebuild_source order by source',
    );
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** True while there is more to do, and nobody else does it. */
  async #round(stop: AbortSignal): Promise<boolean> {
    const { building } = await readGenerations(this.#db);
    if (building === null) return sweepFormer(this.#db);
    const lock = { db: this.#db, name: REBUILD_LOCK, log: this.#log, instance: this.#instance };
    const built = await withLock(lock, (held, lost) => this.#build(held, AbortSignal.any([stop, lost])));
    return built ?? false;
  }

  /** One page after the other of each source; true when the generation is finished, false while nothing can be read. */
  async #build(held: Held, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      // Another may have finished it before we had the lock.
      const { building } = await readGenerations(this.#db);
      if (building === null) return true;
      const open = await this.#db.query<{ source: string; after: string }>(
        'select source, after from rebuild_source where not finished order by source',
      );
      if (open.length === 0) {
        await finishRebuild(this.#db, building, held);
        this.#log.info({ generation: building, epoch: held.epoch }, 'read models rebuilt');
        return true;
      }
      let isGoingOn = false;
      for (const { source, after } of open)
        if (await this.#readPage(held, building, source, Number(after))) isGoingOn = true;
      if (!isGoingOn) return false;
    }
    return false;
  }

  /**
   * False when nothing could be read now: whoever has drawn the next number has not committed yet. A source is finished
   * when all is read that had a number when its first page was asked for; what came later comes as a message.
   */
  async #readPage(held: Held, building: number, source: string, after: number): Promise<boolean> {
    const peer = this.#sources.get(source);
    const page = peer
      ? demandOk(await peer.get(`/events?after=${after}&limit=${PAGE}`, { answer: EventsPage }), source)
      : // A source of an earlier version which this one does not know.
        { events: [], next: after, newest: after };
    const events = page.events.map(parseShopEvent);
    await this.#db.transaction(async (tx) => {
      await applyEvents(tx, [building], events);
      const { condition, values } = whileHeld(held, 5);
      const written = await tx.query(
        `update rebuild_source set after = $2, events = events + $3, upto = coalesce(upto, $4),
           finished = $2 >= coalesce(upto, $4) where source = $1 and ${condition} returning source`,
        [source, page.next, events.length, page.newest, ...values],
      );
      if (written.length === 0) throw new StaleLease(held);
    });
    return page.next > after || page.next >= page.newest;
  }
}
