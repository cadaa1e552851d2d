import { MARKS_KEPT_DAYS } from '../../kit/inbox.ts';
import { NotReadable, unlessAway } from '../snapshot/database.ts';
import { GapCursor } from '../snapshot/gap-cursor.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import type { Emptiness } from './empty-queues.ts';
import { acts, type Expected, messageIn, OUTBOX_COLUMNS, type OutboxRow } from './expected.ts';
import { brokerStates, eventIds, handledIds, unsentKeys } from './whereabouts.ts';

/**
 * Where a message is. `unseen`: neither with the outbox nor the inbox, and nobody can say that the broker does not have it.
 * `lost`: committed, and neither with the outbox, the broker, the dead letters nor the inbox, in two sweeps one after the
 * other, so that no moment between two snapshots can explain it; or, where the broker tells no single messages, while its
 * queue was empty (see `EmptyQueues`).
 */
export type Whereabouts = 'unknown' | 'unsent' | 'waiting' | 'unseen' | 'dead' | 'missing' | 'lost';

export interface Message extends Expected {
  /** It was looked for before, as part of a check of everything. */
  again: boolean;
  whereabouts: Whereabouts;
  /** Epoch ms of the first sweep that found it in no outbox, which is to say sent; null while it is in one, or unknown. */
  sentBy: number | null;
}

/** What can be said of messages of a broker that is no database. */
export interface Unreadable {
  /** So long a message may be on its way without anybody seeing it. */
  settleMs: number;
  /** Null: nobody tells. */
  empty: Emptiness | null;
}

/** A day less than inboxes remember: a message may have been handled long before it is looked for again. */
const LOOKED_FOR_MS = (MARKS_KEPT_DAYS - 1) * 86_400_000;
/**
 * Messages that are looked for in one sweep, by where they were last: those first which were not looked for longest. New
 * ones are found however many wait, and what is dead or lost moves seldom.
 */
const AT_ONCE: Readonly<Record<Whereabouts, number>> = {
  ...{ unknown: 5_000, missing: 2_000 },
  ...{ unsent: 2_000, waiting: 5_000, unseen: 2_000 },
  ...{ dead: 500, lost: 500 },
};

export const keyOf = ({ id, queue }: Pick<Expected, 'id' | 'queue'>): string => `${id}@${queue}`;

/** All messages that were committed and have not reached their inbox yet. */
export class MessageBook {
  readonly #open = new Map<string, Message>();
  readonly #outboxes = new Map<string, GapCursor>();
  readonly #counts = { handled: 0, recovered: 0 };
  #unread: string | null = null;

  /** Why the last look could not tell of all messages that it was for; null when it could. */
  get unread(): string | null {
    return this.#unread;
  }

  /** Finds out where everything is that is under way. */
  async look(snapshots: Snapshots, unreadable: Unreadable): Promise<void> {
    this.#unread = null;
    await this.#readOutboxes(snapshots);
    const looked = this.#next();
    // It may be marked in an inbox, or lie in an outbox, that cannot be read now: nobody can say that it is nowhere.
    const located = await this.#strike(snapshots, looked);
    await this.#locate(snapshots, located, unreadable);
    await this.#forget(snapshots, located);
  }

  /** Messages whose turn it is, and who have to wait for the next one then. */
  #next(): Message[] {
    const left = { ...AT_ONCE };
    const turn = [...this.#open].filter(([, { whereabouts }]) => left[whereabouts]-- > 0);
    for (const [key, message] of turn) {
      this.#open.delete(key);
      this.#open.set(key, message);
    }
    return turn.map(([, message]) => message);
  }

  /** A lost message whose event is not in its store any more was never sent: events are not taken back by the shop. */
  async #forget(snapshots: Snapshots, located: readonly Message[]): Promise<void> {
    const lost = located.filter(({ whereabouts }) => whereabouts === 'lost');
    for (const [database, messages] of Map.groupBy(lost, ({ eventIn }) => eventIn)) {
      if (database === null) continue;
      const there = await this.#ask(eventIds(snapshots, database, messages));
      if (there === null) continue;
      for (const message of messages) if (!there.has(message.id)) this.#open.delete(keyOf(message));
    }
  }

  /** Looks for messages of long ago. Those of a service that cannot be asked now come again with the next check. */
  async lookAgain(snapshots: Snapshots, messages: readonly Expected[]): Promise<void> {
    for (const [consumer, theirs] of Map.groupBy(messages, (message) => message.consumer)) {
      if (!snapshots.knows(consumer)) continue;
      const handled = await unlessAway(handledIds(snapshots, consumer, theirs), null);
      if (handled === null) continue;
      this.expect(
        snapshots,
        theirs.filter((message) => !handled.has(keyOf(message))),
        true,
      );
    }
  }

  /**
   * Messages to look for; those to a service that is not audited are nobody's business. Of old ones nobody can say any
   * more that they were handled: inboxes forget.
   */
  expect(snapshots: Snapshots, messages: readonly Expected[], again = false): void {
    for (const message of messages) {
      if (message.committedAt !== null && snapshots.at - message.committedAt > LOOKED_FOR_MS) continue;
      const key = keyOf(message);
      if (this.#open.has(key) || !snapshots.knows(message.consumer)) continue;
      this.#open.set(key, { ...message, again, whereabouts: 'unknown', sentBy: null });
    }
  }

  /** Sagas for which somebody has still to act on a message. */
  sagasUnderWay(): ReadonlySet<string> {
    return this.#sagasWith(({ queue }) => acts(queue));
  }

  /** Sagas of which a message is on its way to that service, or may be. */
  sagasWaitingFor(consumer: string): ReadonlySet<string> {
    return this.#sagasWith((message) => message.consumer === consumer);
  }

  #sagasWith(which: (message: Message) => boolean): ReadonlySet<string> {
    const under = [...this.#open.values()].filter((message) => isUnderWay(message) && which(message));
    return new Set(under.map(({ sagaId }) => sagaId));
  }

  in(whereabouts: Whereabouts): Message[] {
    return [...this.#open.values()].filter((message) => message.whereabouts === whereabouts);
  }

  figures(): Record<string, number> {
    const counts = { unsent: 0, waiting: 0, unseen: 0, dead: 0, lost: 0 };
    for (const { whereabouts } of this.#open.values()) {
      if (whereabouts === 'unknown' || whereabouts === 'missing') counts.waiting++;
      else counts[whereabouts]++;
    }
    return { ...this.#counts, ...counts };
  }

  /** Messages that are no events: each channel's own. */
  async #readOutboxes(snapshots: Snapshots): Promise<void> {
    for (const database of snapshots.names.filter((name) => snapshots.has(name, 'outbox'))) {
      const cursor = this.#outboxes.get(database) ?? new GapCursor(database, 'outbox', OUTBOX_COLUMNS);
      this.#outboxes.set(database, cursor);
      const reading = cursor.read<OutboxRow>(snapshots, (rows) =>
        this.expect(
          snapshots,
          rows.flatMap((row) => messageIn(database, row)),
        ),
      );
      await this.#ask(reading);
    }
  }

  /** Takes out what was handled; gives the others, but for those of which nobody can say. */
  async #strike(snapshots: Snapshots, looked: readonly Message[]): Promise<Message[]> {
    const left: Message[] = [];
    for (const [consumer, messages] of Map.groupBy(looked, (message) => message.consumer)) {
      const handled = await this.#ask(handledIds(snapshots, consumer, messages));
      if (handled === null) continue;
      for (const message of messages) {
        if (handled.has(keyOf(message))) this.#handled(message);
        else left.push(message);
      }
    }
    return left;
  }

  #handled(message: Message): void {
    this.#open.delete(keyOf(message));
    if (!message.again) this.#counts.handled++;
    if (!isUnderWay(message)) this.#counts.recovered++;
  }

  async #locate(snapshots: Snapshots, messages: readonly Message[], unreadable: Unreadable): Promise<void> {
    if (messages.length === 0) return;
    const states = await unlessAway(brokerStates(snapshots, messages), null);
    for (const [sender, theirs] of Map.groupBy(messages, (message) => message.sender)) {
      const unsent = await this.#ask(unsentKeys(snapshots, sender, theirs));
      if (unsent === null) continue;
      for (const message of theirs) {
        const key = keyOf(message);
        if (unsent.has(key)) {
          message.whereabouts = 'unsent';
          message.sentBy = null;
          continue;
        }
        message.sentBy ??= snapshots.at;
        message.whereabouts =
          states === null
            ? unreadably(message, message.sentBy, snapshots.at, unreadable)
            : next(message.whereabouts, states.get(key));
      }
    }
  }

  /** Null when the database cannot be read now. */
  async #ask<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof NotReadable)) throw error;
      this.#unread = error.message;
      return null;
    }
  }
}

const isUnderWay = ({ whereabouts }: Message): boolean => whereabouts !== 'dead' && whereabouts !== 'lost';

/** Of a message that was sent by then, when the broker cannot be asked for it. */
function unreadably(
  { queue, whereabouts }: Message,
  sentBy: number,
  now: number,
  { settleMs, empty }: Unreadable,
): Whereabouts {
  if (whereabouts === 'dead' || whereabouts === 'lost') return whereabouts;
  if (empty?.has(queue, sentBy)) return 'lost';
  return now - sentBy > settleMs ? 'unseen' : 'waiting';
}

/** `completed` without a mark in the inbox is as good as gone. */
function next(before: Whereabouts, state: string | undefined): Whereabouts {
  if (state === 'failed') return 'dead';
  if (state !== undefined && state !== 'completed') return 'waiting';
  return before === 'missing' || before === 'lost' ? 'lost' : 'missing';
}
