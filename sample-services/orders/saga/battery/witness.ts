import { createServer, type IncomingMessage, type Server } from 'node:http';
import { z } from 'zod';
import { SOLD_OUT_SKU } from '../../../inventory/api.ts';
import { ShopError } from '../../../kit/errors.ts';
import type { Seal } from '../../../kit/sealed.ts';
import { DECLINED_CARD, UNDELIVERABLE_CODE } from '../../../outside-world/api.ts';

export type PeerService = 'inventory' | 'payments' | 'shipping';

const Body = z.looseObject({ orderId: z.string() });
type Body = z.output<typeof Body>;

/** One thing a service does: what names it, what it answers, and when the business says no. */
interface Deed {
  service: PeerService;
  does: string;
  refuses?(body: Body, seal: Seal): ShopError | null;
  answer(key: string, body: Body): object;
}

const no = (code: 'sold_out' | 'card_declined' | 'undeliverable_address') =>
  new ShopError(code, `${code} for certain`, 'Order something else.');

const DEEDS: Record<string, Deed> = {
  '/reservations': {
    service: 'inventory',
    does: 'reserve',
    refuses: ({ sku }) => (sku === SOLD_OUT_SKU ? no('sold_out') : null),
    answer: (key, { sku, quantity }) => ({ reservation: key, sku, quantity }),
  },
  '/charges': {
    service: 'payments',
    does: 'charge',
    refuses: ({ sealedCard }, seal) =>
      seal.open(String(sealedCard)) === DECLINED_CARD ? no('card_declined') : null,
    answer: (key, { amount }) => ({ charge: key, captured: amount }),
  },
  '/shipments': {
    service: 'shipping',
    does: 'ship',
    refuses: ({ address }) =>
      String(address).includes(UNDELIVERABLE_CODE) ? no('undeliverable_address') : null,
    answer: (key) => ({ shipment: key, tracking: 'SG1' }),
  },
  '/returns': {
    service: 'shipping',
    does: 'collect',
    answer: (key) => ({ return: key, tracking: 'SG2' }),
  },
};

/** What undoes a deed, and by which field it names it. */
const UNDOINGS: Record<string, { undoes: string; by: string; answer(done: boolean): object }> = {
  '/reservations/release': {
    undoes: 'reserve',
    by: 'reservation',
    answer: (done) => ({ outcome: done ? 'released' : 'tombstoned' }),
  },
  '/refunds': {
    undoes: 'charge',
    by: 'charge',
    answer: (done) => ({ outcome: done ? 'refunded' : 'voided', refunded: done ? 4_200 : 0 }),
  },
  '/shipments/cancel': {
    undoes: 'ship',
    by: 'shipment',
    answer: (done) => ({ outcome: done ? 'cancelled' : 'voided' }),
  },
};

/**
 * The three services a saga calls, as real HTTP servers that do nothing but keep their word: a key is done once, an
 * undoing leaves a tombstone. They write down every effect in order, so that what an engine says can be held against
 * what it did.
 */
export class Witness {
  readonly #servers: Record<PeerService, Server>;
  readonly #seal: Seal;
  readonly #state = new Map<string, 'done' | 'undone' | 'refused'>();
  readonly #effects: { orderId: string; effect: string }[] = [];

  constructor(seal: Seal) {
    this.#seal = seal;
    this.#servers = { inventory: this.#serve(), payments: this.#serve(), shipping: this.#serve() };
  }

  async listen(): Promise<void> {
    const all = Object.values(this.#servers);
    await Promise.all(all.map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))));
  }

  url(service: PeerService): string {
    const address = this.#servers[service].address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** `reserve`, `charge`, `undo charge`, `undo reserve`: every effect an order has had, in order. */
  history(orderId: string): string[] {
    return this.#effects.filter((entry) => entry.orderId === orderId).map((entry) => entry.effect);
  }

  /** What of an order's effects is not undone: `{reserve: 1}`. */
  standing(orderId: string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const effect of this.history(orderId)) {
      const undone = effect.startsWith('undo ');
      const name = undone ? effect.slice('undo '.length) : effect;
      counts[name] = (counts[name] ?? 0) + (undone ? -1 : 1);
    }
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
  }

  async close(): Promise<void> {
    await Promise.all(
      Object.values(this.#servers).map((server) => {
        server.closeAllConnections();
        return new Promise((done) => server.close(done));
      }),
    );
  }

  #serve(): Server {
    return createServer((request, response) => {
      this.#answer(request).then(
        ({ status, body }) =>
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
        () => response.destroy(),
      );
    });
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const body = Body.parse(JSON.parse(await read(request)));
    const key = String(request.headers['idempotency-key']);
    try {
      return { status: 201, body: this.#carryOut(request.url ?? '', key, body) };
    } catch (error) {
      if (error instanceof ShopError) return { status: error.status, body: error.toBody() };
      throw error;
    }
  }

  #carryOut(path: string, key: string, body: Body): object {
    const undoing = UNDOINGS[path];
    if (undoing) {
      const name = String(body[undoing.by]);
      const done = this.#state.get(name) === 'done';
      if (done) this.#effects.push({ orderId: body.orderId, effect: `undo ${undoing.undoes}` });
      const undoneBefore = this.#state.get(name) === 'undone';
      this.#state.set(name, done || undoneBefore ? 'undone' : 'refused');
      return { [undoing.by]: name, ...undoing.answer(done || undoneBefore) };
    }
    const deed = DEEDS[path];
    if (!deed) throw new ShopError('not_found', `there is no ${path}`, 'Check the address.');
    const refusal = deed.refuses?.(body, this.#seal);
    if (refusal) throw refusal;
    const state = this.#state.get(key);
    if (state === 'undone' || state === 'refused') {
      throw new ShopError('already_compensated', `${key} was undone before it came`, 'Give up.');
    }
    if (state === undefined) this.#effects.push({ orderId: body.orderId, effect: deed.does });
    this.#state.set(key, 'done');
    return deed.answer(key, body);
  }
}

async function read(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
