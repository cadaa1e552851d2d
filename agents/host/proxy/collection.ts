import { resolved } from './address.ts';
import { Budget } from './budget.ts';
import { proxyExists, proxyNotFound } from './errors.ts';
import { type ProxySpec, ToxicProxy } from './proxy.ts';

export interface WantedProxy extends ProxySpec {
  enabled: boolean;
}

/** The proxies of one process, by name. */
export class Proxies {
  readonly budget: Budget;
  readonly #proxies = new Map<string, ToxicProxy>();

  constructor(budget = new Budget()) {
    this.budget = budget;
  }

  all(): ToxicProxy[] {
    return [...this.#proxies.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): ToxicProxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw proxyNotFound();
    return proxy;
  }

  async add(wanted: WantedProxy): Promise<ToxicProxy> {
    if (this.#proxies.has(wanted.name)) throw proxyExists();
    const proxy = new ToxicProxy(wanted, this.budget);
    // Entered first: two of one name may come at the same moment.
    this.#proxies.set(wanted.name, proxy);
    try {
      if (wanted.enabled) await proxy.enable();
    } catch (error) {
      this.#proxies.delete(wanted.name);
      throw error;
    }
    return proxy;
  }

  /** One with the same addresses is left as it is, toxics and connections included. */
  async addOrReplace(wanted: WantedProxy): Promise<ToxicProxy> {
    const known = this.#proxies.get(wanted.name);
    if (known?.upstream === wanted.upstream && known.listen === (await resolved(wanted.listen))) return known;
    if (known !== undefined) await this.remove(wanted.name);
    return this.add(wanted);
  }

  async remove(name: string): Promise<void> {
    const proxy = this.get(name);
    this.#proxies.delete(name);
    await proxy.remove();
  }

  /** Every proxy enabled and without a toxic. */
  async reset(): Promise<void> {
    for (const proxy of this.all()) {
      await proxy.enable();
      await proxy.removeToxics();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map(({ name }) => this.remove(name)));
  }
}
