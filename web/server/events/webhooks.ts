import { randomBytes, randomUUID } from 'node:crypto';
import { StormglassError } from '@stormglass/agents/contract';
import type { DashboardEvent, Delivery, Webhook, WebhookWish } from '@stormglass/chaos/contract';
import type { KeptWebhook } from '../state/events.ts';
import type { State } from '../state/index.ts';
import { sleep, type Time } from '../time.ts';
import type { EventFeed } from './feed.ts';
import { postEvent } from './post.ts';

const MOST = 20;
const LOGGED = 100;
/** Pauses between attempts, ms: six attempts within a quarter of an hour. */
export const RETRY_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000];
/** More events that it wants than this do not wait for a receiver: the oldest are dropped and counted. */
export const MOST_WAITING = 1_000;

interface Parts {
  state: State;
  time: Time;
  feed: EventFeed;
}

interface Worker {
  webhook: KeptWebhook;
  stop: AbortController;
  wake: () => void;
}

/**
 * Sends events to URLs, in order and at least once. The feed itself is the queue: a webhook is a cursor in it, so that a
 * restart goes on where it was.
 */
export class Webhooks {
  readonly #parts: Parts;
  readonly #workers = new Map<string, Worker>();
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const webhook of parts.state.webhooks.all()) this.#work(webhook);
    parts.feed.listen(() => {
      for (const worker of this.#workers.values()) worker.wake();
    });
  }

  list(): Webhook[] {
    return [...this.#workers.values()].map(({ webhook }) => shown(webhook));
  }

  /** The only answer that has the secret. */
  add({ url, types, secret }: WebhookWish, who: string): Webhook & { secret: string } {
    const { state, time } = this.#parts;
    if (this.#workers.size >= MOST) {
      throw new StormglassError('conflict', `there are ${MOST} webhooks already`, 'Delete one first.');
    }
    const webhook: KeptWebhook = {
      ...{ id: randomUUID(), url, types, createdBy: who, createdAt: time.now(), dropped: 0 },
      cursor: state.events.newest(),
      secret: secret ?? randomBytes(32).toString('base64url'),
    };
    state.webhooks.save(webhook);
    state.audit.add({
      who,
      what: 'webhook.add',
      subject: webhook.id,
      why: types.join(', ') || 'all',
      outcome: url,
    });
    this.#work(webhook);
    return webhook;
  }

  remove(id: string, who: string): Webhook {
    const { webhook, stop } = this.#find(id);
    stop.abort();
    this.#workers.delete(id);
    this.#parts.state.webhooks.remove(id);
    this.#parts.state.audit.add({ who, what: 'webhook.delete', subject: id, why: '', outcome: webhook.url });
    return shown(webhook);
  }

  /** Posts a made-up event once, now, and says what was answered. */
  async test(id: string, who: string): Promise<Delivery> {
    const { webhook, stop } = this.#find(id);
    const event: DashboardEvent = {
      ...{ seq: 0, at: this.#parts.time.now(), type: 'run.ended', subject: 'test' },
      ...{ says: 'a test: nothing happened', data: { test: true } },
    };
    const delivery = await this.#attempt(webhook, event, 1, stop.signal, true);
    if (!this.#closed) {
      const outcome = `${webhook.url}: ${delivery.status ?? delivery.answer}`;
      this.#parts.state.audit.add({ who, what: 'webhook.test', subject: id, why: '', outcome });
    }
    return delivery;
  }

  /** Newest first. */
  deliveries(id: string): Delivery[] {
    this.#find(id);
    return this.#parts.state.webhooks.deliveries(id, LOGGED);
  }

  close(): void {
    this.#closed = true;
    for (const { stop } of this.#workers.values()) stop.abort();
  }

  #find(id: string): Worker {
    const found = this.#workers.get(id);
    if (found) return found;
    throw new StormglassError('not_found', `there is no webhook ${id}`, 'See GET /api/webhooks.');
  }

  #work(webhook: KeptWebhook): void {
    const worker: Worker = { webhook, stop: new AbortController(), wake: () => undefined };
    this.#workers.set(webhook.id, worker);
    void this.#drive(worker);
  }

  async #drive(worker: Worker): Promise<void> {
    const { signal } = worker.stop;
    while (!signal.aborted) {
      const event = this.#next(worker);
      if (event === null) await newsFor(worker);
      else await this.#deliver(worker, event);
    }
  }

  /** The next event it wants; what it does not want is passed over, and keeps nothing else from waiting. */
  #next(worker: Worker): DashboardEvent | null {
    const { events } = this.#parts.state;
    const { cursor, types, dropped } = worker.webhook;
    const over = events.count(cursor, types) - MOST_WAITING;
    const last = over > 0 ? events.wanted(cursor, types, over - 1) : null;
    if (last !== null) this.#save(worker, { cursor: last.seq, dropped: dropped + over });
    const event = events.wanted(worker.webhook.cursor, types, 0);
    const newest = events.newest();
    if (event === null && newest > worker.webhook.cursor) this.#save(worker, { cursor: newest });
    return event;
  }

  async #deliver(worker: Worker, event: DashboardEvent): Promise<void> {
    const { signal } = worker.stop;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const last = attempt > RETRY_MS.length;
      const { outcome } = await this.#attempt(worker.webhook, event, attempt, signal, last);
      if (signal.aborted) return;
      if (outcome !== 'will_retry') break;
      await sleep(this.#parts.time, RETRY_MS[attempt - 1] ?? 0, signal);
    }
    if (!signal.aborted) this.#save(worker, { cursor: event.seq });
  }

  async #attempt(
    webhook: KeptWebhook,
    event: DashboardEvent,
    attempt: number,
    signal: AbortSignal,
    last: boolean,
  ): Promise<Delivery> {
    const { time, state } = this.#parts;
    const at = time.now();
    const began = time.monotonic();
    const { status, answer } = await postEvent(webhook, event, at, signal);
    const taken = status !== null && status >= 200 && status < 300;
    const delivery: Delivery = {
      ...{ webhookId: webhook.id, seq: event.seq, type: event.type, attempt, at, status, answer },
      outcome: taken ? 'delivered' : last ? 'given_up' : 'will_retry',
      tookMs: Math.round(time.monotonic() - began),
    };
    if (!signal.aborted) state.webhooks.log(delivery);
    return delivery;
  }

  #save(worker: Worker, change: Partial<KeptWebhook>): void {
    worker.webhook = { ...worker.webhook, ...change };
    this.#parts.state.webhooks.save(worker.webhook);
  }
}

function newsFor(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.wake = resolve;
    worker.stop.signal.onabort = () => resolve();
  });
}

function shown({ secret: _, ...webhook }: KeptWebhook): Webhook {
  return webhook;
}
