import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isNetworkAction,
  NETWORK_CATALOGUE,
  type NetworkAction,
  StormglassError,
} from '../contract/index.ts';
import type { Effect, Grip, Injector, ReadBack } from '../node/leases.ts';
import { ProxyClient } from './proxy/client.ts';

/** A toxic lives so long after its last renewal: no longer than the lease of whoever renews it. */
const TTL_MS = 2_000;
/** How often a toxic is renewed and asked for what it has done. */
const EVERY_MS = 100;

/** What one fault is made of at the proxy. */
interface WantedToxic {
  name: string;
  type: string;
  stream: 'upstream' | 'downstream';
}

/**
 * Puts toxics into the proxy process and keeps them there for as long as the lease lives. They hold on to nothing of
 * ours: a proxy that hears no more of this process drops them by its own clock, so there is nothing to journal.
 */
export function networkInjector(api: string): Injector {
  const client = new ProxyClient(api);
  return {
    capabilities: Object.keys(NETWORK_CATALOGUE).map((type) => `${type}:proxy`),
    arm: async (grip): Promise<Effect> => {
      const { action, target } = grip.lease.spec;
      if (!isNetworkAction(action) || target.kind !== 'proxy') {
        throw new StormglassError('fault_unsupported', 'only a proxy has a network', 'target a proxy');
      }
      const held = new HeldToxics(client, target.service, grip, action);
      await held.arm();
      return { end: () => held.end() };
    },
  };
}

class HeldToxics {
  readonly #client: ProxyClient;
  readonly #proxy: string;
  readonly #grip: Grip;
  readonly #action: NetworkAction;
  readonly #toxics: readonly WantedToxic[];
  readonly #stop = new AbortController();
  /** Effects told to the lease so far, by toxic. */
  readonly #told = new Map<string, number>();
  #watching: Promise<void> = Promise.resolve();

  constructor(client: ProxyClient, proxy: string, grip: Grip, action: NetworkAction) {
    this.#client = client;
    this.#proxy = proxy;
    this.#grip = grip;
    this.#action = action;
    this.#toxics = toxicsOf(grip.lease.faultId, action);
  }

  async arm(): Promise<void> {
    try {
      for (const toxic of this.#toxics) await this.#add(toxic);
    } catch (error) {
      await this.#remove().catch(() => undefined);
      throw error;
    }
    this.#watching = this.#watch();
  }

  async end(): Promise<ReadBack> {
    this.#stop.abort();
    await this.#watching;
    await this.#remove();
    const proxy = await this.#client.proxy(this.#proxy);
    if (proxy === null) return { words: `proxy ${this.#proxy} is gone`, reverted: true };
    const left = proxy.toxics.filter(({ name }) => this.#toxics.some((toxic) => toxic.name === name));
    const words = `${left.length} toxics of it on proxy ${proxy.name}`;
    if (this.#action.type !== 'network_down') return { words, reverted: left.length === 0 };
    const listens = await accepts(proxy.listen);
    return {
      words: `${words}, connections are ${listens ? 'accepted' : 'refused'}`,
      reverted: left.length === 0 && listens,
    };
  }

  /** Until it is stopped; a proxy process that was started again gets the toxics anew. */
  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      for (const toxic of this.#toxics) await this.#renew(toxic).catch(() => undefined);
      await sleep(EVERY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #renew(toxic: WantedToxic): Promise<void> {
    const effects = await this.#client.renew(this.#proxy, toxic.name, TTL_MS);
    if (this.#stop.signal.aborted) return;
    if (effects === null) {
      this.#told.delete(toxic.name);
      return this.#add(toxic);
    }
    for (let told = this.#told.get(toxic.name) ?? 0; told < effects; told++) this.#grip.take()?.();
    this.#told.set(toxic.name, effects);
  }

  #add({ name, type, stream }: WantedToxic): Promise<void> {
    const { seed, selector, maxAffected } = this.#grip.lease.spec;
    const { type: _type, ...parameters } = this.#action;
    const { stream: _stream, ...attributes } = { stream: '', ...parameters };
    return this.#client.addToxic(this.#proxy, {
      ...{ name, type, stream, attributes, ttl: TTL_MS, seed },
      toxicity: selector.percentage / 100,
      ...(maxAffected === undefined ? {} : { max_affected: maxAffected }),
    });
  }

  async #remove(): Promise<void> {
    for (const { name } of this.#toxics) await this.#client.removeToxic(this.#proxy, name);
  }
}

function toxicsOf(faultId: string, action: NetworkAction): WantedToxic[] {
  const type = action.type.replace('network_', '');
  const stream = 'stream' in action ? action.stream : 'downstream';
  const streams = stream === 'both' ? (['upstream', 'downstream'] as const) : [stream];
  return streams.map((each) => ({ name: `stormglass-${faultId}-${each}`, type, stream: each }));
}

/** Whether a client gets a connection at `host:port`. */
function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
