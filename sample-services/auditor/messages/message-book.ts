import { MARKS_KEPT_DAYS } from '../../kit/inbox.ts';
import type { LoggedEvent } from '../book/event-log.ts';
import { unlessAway } from '../snapshot/database.ts';
import { GapCursor } from '../snapshot/gap-cursor.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import { acts, CONSUMERS, type Expected, expectedOf } from './expected.ts';
import { brokerStates, eventIds, handledIds, unsentKeys } from './whereabouts.ts';

/**
 * Where a message is. `unseen`: neither with the outbox nor the inbox, and the broker cannot be asked. `lost`: committed,
 * and neither with the outbox, the broker, the dead letters nor the inbox, in two
 * sweeps one after the other, so that no moment between two snapshots can explain it.
 */
export type Whereabouts = 'unknown' | 'unsent' | 'waiting' | 'unseen' | 'dead' | 'missing' | 'lost';

export interface Message extends Expected {
  /** Epoch ms. */
  since: number;
  /** It was looked for before, as part of a check of everything. */
  again: boolean;
  whereabouts: Whereabouts;
}

/** A day less than inboxes remember: a message may have been handled long before it is looked for again. */
const LOOKED_FOR_MS = (MARKS_KEPT_DAYS - 1) * 86_400_000;
/** Messages that are looked for in one sweep, oldest first. */
const AT_ONCE = 5_000;

export const keyOf = ({ id, queue }: Pick<Expected, 'id' | 'queue'>): string => `${id}@${queue}`;

/** All messages that were committed and have not reached their inbox yet. */
export class MessageBook {
  readonly #open = new Map<string, Message>();
  readonly #outboxes = new Map<string, GapCursor>();
  readonly #counts = { handled: 0, recovered: 0 };

  /** Learns what was committed since the last sweep, and finds out where everything is that is under way. */
  async look(snapshots: Snapshots, events: readonly LoggedEvent[], settleMs: number): Promise<void> {
    this.expect(snapshots, events.flatMap(expectedOf));
    this.expect(snapshots, await this.#fromOutboxes(snapshots));
    const looked = [...this.#open.values()].slice(0, AT_ONCE);
    const silent = await this.#strike(snapshots, looked);
    // It may lie in an outbox, or be marked in an inbox, that cannot be read now: nobody can say that it is nowhere.
    const located = looked.filter(
      (message) =>
        this.#open.has(keyOf(message)) && !silent.has(message.consumer) && !snapshots.isAway(message.sender),
    );
    await this.#locate(snapshots, located, settleMs);
    await this.#forget(snapshots);
  }

  /** A lost message whose event is not in its store any more was never sent: events are not taken back by the shop. */
  async #forget(snapshots: Snapshots): Promise<void> {
    for (const [database, messages] of Map.groupBy(this.in('lost'), ({ eventIn }) => eventIn)) {
      if (database === null) continue;
      const there = await unlessAway(eventIds(snapshots, database, messages), null);
      if (there === null) continue;
      for (const message of messages) if (!there.has(message.id)) this.#open.delete(keyOf(message));
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
      this.#open.set(key, { ...message, since: snapshots.at, again, whereabouts: 'unknown' });
    }
  }

  /** Sagas for which somebody has still to act on a message. */
  sagasUnderWay(): ReadonlySet<string> {
    const under = [...this.#open.values()].filter(
      ({ queue, whereabouts }) => acts(queue) && whereabouts !== 'dead' && whereabouts !== 'lost',
    );
    return new Set(under.map(({ sagaId }) => sagaId));
  }

  /** Sagas of which a message is on its way to that service. */
  sagasWaitingFor(consumer: string): ReadonlySet<string> {
    const waiting = [...this.#open.values()].filter(
      (message) =>
        message.consumer === consumer &&
        (message.whereabouts === 'unsent' || message.whereabouts === 'waiting'),
    );
    return new Set(waiting.map(({ sagaId }) => sagaId));
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
  async #fromOutboxes(snapshots: Snapshots): Promise<Expected[]> {
    const found: Expected[] = [];
    for (const database of snapshots.names.filter((name) => snapshots.has(name, 'outbox'))) {
      const cursor =
        this.#outboxes.get(database) ??
        new GapCursor(
          database,
          'outbox',
          `id, queue, conversation_id as saga_id, coalesce(payload->>'orderId', '') as order_id`,
        );
      this.#outboxes.set(database, cursor);
      const rows = await cursor.read<{ id: string; queue: string; saga_id: string; order_id: string }>(
        snapshots,
      );
      for (const { id, queue, saga_id, order_id } of rows) {
        const consumer = CONSUMERS.get(queue);
        if (consumer !== undefined)
          found.push({
            ...{ id, queue, consumer, sender: database },
            ...{ orderId: order_id, sagaId: saga_id, eventIn: null, committedAt: null },
          });
      }
    }
    return found;
  }

  /** Takes out what was handled; gives the consumers that could not be asked. */
  async #strike(snapshots: Snapshots, looked: readonly Message[]): Promise<ReadonlySet<string>> {
    const silent = new Set<string>();
    for (const [consumer, messages] of Map.groupBy(looked, (message) => message.consumer)) {
      const handled = await unlessAway(handledIds(snapshots, consumer, messages), null);
      if (handled === null) {
        silent.add(consumer);
        continue;
      }
      for (const message of messages) {
        const key = keyOf(message);
        if (!handled.has(key)) continue;
        this.#open.delete(key);
        if (!message.again) this.#counts.handled++;
        if (message.whereabouts === 'dead' || message.whereabouts === 'lost') this.#counts.recovered++;
      }
    }
    return silent;
  }

  async #locate(snapshots: Snapshots, messages: readonly Message[], settleMs: number): Promise<void> {
    if (messages.length === 0) return;
    const unsent = await unsentKeys(snapshots);
    const states = await unlessAway(brokerStates(snapshots, messages), null);
    for (const message of messages) {
      const key = keyOf(message);
      if (unsent.has(key)) message.whereabouts = 'unsent';
      else if (states !== null) message.whereabouts = next(message.whereabouts, states.get(key));
      else if (message.whereabouts !== 'dead' && message.whereabouts !== 'lost')
        message.whereabouts = snapshots.at - message.since > settleMs ? 'unseen' : 'waiting';
    }
  }
}

/** `completed` without a mark in the inbox is as good as gone. */
function next(before: Whereabouts, state: string | undefined): Whereabouts {
  if (state === 'failed') return 'dead';
  if (state !== undefined && state !== 'completed') return 'waiting';
  return before === 'missing' || before === 'lost' ? 'lost' : 'missing';
}
