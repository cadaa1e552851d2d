import { connect, type Socket } from 'node:net';
import { parseAddress, resolved } from './address.ts';
import type { Budget } from './budget.ts';
import { type Carried, Connection } from './connection.ts';
import { toxicExists, toxicNotFound } from './errors.ts';
import { type Listener, listen } from './listener.ts';
import type { Attributes } from './stage.ts';
import type { Stream, Toxic } from './toxic.ts';

/** A port that could not be taken back after a `down` is asked for again so often, ms. */
const RETRY_MS = 250;

export interface ProxySpec {
  name: string;
  listen: string;
  upstream: string;
}

/** Listens at one address and connects whoever comes to another, through its toxics. */
export class ToxicProxy {
  readonly name: string;
  readonly #budget: Budget;
  readonly #connections = new Set<Connection>();
  /** Clients whose upstream is being connected. */
  readonly #pending = new Set<Socket>();
  readonly #toxics: Toxic[] = [];
  readonly #carried: Carried = emptyCarried();
  #listen: string;
  #upstream: string;
  #enabled = false;
  #listener: Listener | null = null;
  #retry: NodeJS.Timeout | null = null;
  #removed = false;
  /** Connections accepted, and those whose upstream could not be reached. */
  accepted = 0;
  refused = 0;
  /** One change after the other: each may have to wait for a port. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(spec: ProxySpec, budget: Budget) {
    this.name = spec.name;
    this.#listen = spec.listen;
    this.#upstream = spec.upstream;
    this.#budget = budget;
  }

  get listen(): string {
    return this.#listen;
  }

  get upstream(): string {
    return this.#upstream;
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** First those of the upstream, each in the order in which they came. */
  get toxics(): Toxic[] {
    const of = (stream: Stream) => this.#toxics.filter(({ spec }) => spec.stream === stream);
    return [...of('upstream'), ...of('downstream')];
  }

  get open(): number {
    return this.#connections.size;
  }

  /** Whether a client can connect now. */
  get listens(): boolean {
    return this.#listener !== null;
  }

  /** Nothing when it is enabled already; throws when its address cannot be listened on. */
  enable(): Promise<void> {
    return this.#next(() => this.#enable());
  }

  /** Ends all connections and takes no more. */
  disable(): Promise<void> {
    return this.#next(async () => this.#disable());
  }

  /** Changes what is given; other addresses cost the connections. */
  update(change: { listen: string; upstream: string; enabled: boolean }): Promise<void> {
    return this.#next(async () => {
      const listens = await resolved(change.listen);
      if (listens !== this.#listen || change.upstream !== this.#upstream) {
        this.#disable();
        this.#listen = change.listen;
        this.#upstream = change.upstream;
      }
      if (change.enabled === this.#enabled) return;
      if (change.enabled) await this.#enable();
      else this.#disable();
    });
  }

  /** For good. */
  async remove(): Promise<void> {
    this.#removed = true;
    await this.disable();
    for (const toxic of this.#toxics) toxic.release();
    this.#toxics.length = 0;
  }

  find(toxic: string): Toxic | undefined {
    return this.#toxics.find(({ spec }) => spec.name === toxic);
  }

  async add(toxic: Toxic): Promise<void> {
    if (this.find(toxic.spec.name) !== undefined) throw toxicExists();
    this.#toxics.push(toxic);
    if (toxic.spec.ttl !== null) this.#lease(toxic, toxic.spec.ttl);
    for (const connection of this.#connections) connection.add(toxic);
    // Who is refused afterwards is seen by the kernel alone.
    if (isDown(toxic)) for (let ended = 0; ended < Math.max(1, this.open); ended++) toxic.take();
    if (isDown(toxic)) await this.#next(() => this.#settle());
  }

  change(name: string, attributes: Attributes, toxicity: number): Toxic {
    const toxic = this.#get(name);
    toxic.attributes = attributes;
    toxic.toxicity = toxicity;
    for (const connection of this.#connections) connection.refresh(toxic);
    return toxic;
  }

  renew(name: string, ttl: number): Toxic {
    const toxic = this.#get(name);
    this.#lease(toxic, ttl);
    return toxic;
  }

  async removeToxic(name: string): Promise<void> {
    const toxic = this.#get(name);
    toxic.release();
    this.#toxics.splice(this.#toxics.indexOf(toxic), 1);
    for (const connection of this.#connections) connection.remove(toxic);
    if (isDown(toxic)) await this.#next(() => this.#settle());
  }

  async removeToxics(): Promise<void> {
    for (const { spec } of this.toxics) await this.removeToxic(spec.name);
  }

  get carried(): Carried {
    const total = addCarried(emptyCarried(), this.#carried);
    for (const connection of this.#connections) addCarried(total, connection.carried);
    return total;
  }

  #get(name: string): Toxic {
    const toxic = this.find(name);
    if (toxic === undefined) throw toxicNotFound();
    return toxic;
  }

  #lease(toxic: Toxic, ttl: number): void {
    toxic.lease(ttl, () => {
      if (this.find(toxic.spec.name) === toxic) void this.removeToxic(toxic.spec.name);
    });
  }

  async #enable(): Promise<void> {
    if (this.#enabled) return;
    // Also while a toxic keeps it down: an address that cannot be listened on is told to who asks for it.
    this.#listener = await listen(this.#listen, (client) => this.#accept(client));
    this.#listen = this.#listener.address;
    this.#enabled = true;
    await this.#settle();
  }

  #disable(): void {
    this.#enabled = false;
    this.#shut();
  }

  /** Listens if it should, and does not if it should not. */
  async #settle(): Promise<void> {
    const should = this.#enabled && !this.#toxics.some(isDown);
    if (!should) this.#shut();
    else if (this.#listener === null) {
      try {
        this.#listener = await listen(this.#listen, (client) => this.#accept(client));
      } catch {
        this.#retry = setTimeout(() => void this.#next(() => this.#settle()), RETRY_MS);
      }
    }
  }

  #shut(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#listener?.close();
    this.#listener = null;
    for (const client of this.#pending) client.destroy();
    this.#pending.clear();
    for (const connection of this.#connections) connection.destroy();
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    const address = parseAddress(this.#upstream);
    if (address === null || this.#removed) {
      this.refused++;
      client.destroy();
      return;
    }
    this.accepted++;
    this.#pending.add(client);
    const host = address.host === '' ? 'localhost' : address.host;
    const upstream = connect({ host, port: address.port, allowHalfOpen: true, noDelay: true });
    upstream.pause();
    upstream.once('error', () => {
      // Before it is connected: nobody is there. Afterwards its link knows what to do.
      if (!this.#pending.delete(client)) return;
      this.refused++;
      client.destroy();
    });
    upstream.on('error', () => undefined);
    upstream.once('connect', () => this.#connected(client, upstream));
    client.once('close', () => {
      if (this.#pending.delete(client)) upstream.destroy();
    });
  }

  #connected(client: Socket, upstream: Socket): void {
    if (!this.#pending.delete(client)) {
      upstream.destroy();
      return;
    }
    const connection = new Connection(client, upstream, this.#budget, (closed) => {
      this.#connections.delete(closed);
      addCarried(this.#carried, closed.carried);
    });
    this.#connections.add(connection);
    connection.start(this.#toxics);
  }

  #next<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

const isDown = (toxic: Toxic): boolean => toxic.kind.stage === undefined;

function emptyCarried(): Carried {
  return { upstream: { received: 0, sent: 0 }, downstream: { received: 0, sent: 0 } };
}

function addCarried(total: Carried, more: Carried): Carried {
  for (const stream of ['upstream', 'downstream'] as const) {
    total[stream].received += more[stream].received;
    total[stream].sent += more[stream].sent;
  }
  return total;
}
