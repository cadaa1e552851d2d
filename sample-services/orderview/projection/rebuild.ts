import { EventsPage } from '../../events/feed.ts';
import { parseShopEvent } from '../../events/shop-event.ts';
import type { Database } from '../../kit/database.ts';
import type { Log } from '../../kit/log.ts';
import { type Loop, startLoop } from '../../kit/loop.ts';
import { demandOk } from '../../kit/peer/demand.ts';
import type { Peer } from '../../kit/peer/peer.ts';
import { applyEvents } from './apply.ts';
import { beginRebuild, finishRebuild, readGenerations, sweepFormer } from './generations.ts';

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
 * into both. Progress is committed with each page: a process that dies in the middle goes on where it was.
 */
export class Rebuilder {
  readonly #db: Database;
  readonly #sources: ReadonlyMap<string, Peer>;
  readonly #log: Log;
  readonly #loop: Loop;

  constructor(parts: { db: Database; sources: readonly Peer[]; log: Log }) {
    this.#db = parts.db;
    this.#log = parts.log;
    this.#sources = new Map(parts.sources.map((peer) => [peer.name, peer]));
    this.#loop = startLoop({
      name: 'rebuild',
      intervalMs: POLL_MS,
      log: parts.log,
      run: async () => {
        await this.#db.whenReady();
        return this.#round();
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

  /** One page of each source that has more; true while there is more to do. */
  async #round(): Promise<boolean> {
    const { building } = await readGenerations(this.#db);
    if (building === null) return sweepFormer(this.#db);
    const open = await this.#db.query<{ source: string; after: string }>(
      'select source, after from rebuild_source where not finished order by source',
    );
    for (const { source, after } of open) await this.#readPage(building, source, Number(after));
    if (open.length > 0) return true;
    await finishRebuild(this.#db, building);
    this.#log.info({ generation: building }, 'read models rebuilt');
    return true;
  }

  async #readPage(building: number, source: string, after: number): Promise<void> {
    const peer = this.#sources.get(source);
    const page = peer
      ? demandOk(await peer.get(`/events?after=${after}&limit=${PAGE}`, { answer: EventsPage }), source)
      : // A source of an earlier version which this one does not know.
        { events: [], next: after };
    const events = page.events.map(parseShopEvent);
    await this.#db.transaction(async (tx) => {
      await applyEvents(tx, [building], events);
      await tx.query(
        'update rebuild_source set after = $2, events = events + $3, finished = $4 where source = $1',
        [source, page.next, events.length, events.length === 0],
      );
    });
  }
}
