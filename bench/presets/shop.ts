import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from '@stormglass/chaos/contract';
import { call } from '../../e2e/api.ts';
import { type System, startSystem } from '../../e2e/system.ts';
import { SHOP } from '../../scripts/plan.ts';
import { until } from '../probe.ts';

/** Enough for a share of five seconds to mean something, and no more than two busy cores answer in time. */
const LOAD = { LOAD_RATE: '2' };
const AGENTS_WITHIN_MS = 120_000;
/** How often a run is begun whose steady state did not hold: nothing was injected by then. */
const MOST_BEGINNINGS = 15;
/** The longest of them, and as much again. */
const RUN_WITHIN_MS = 600_000;

/** A shop to break, on the broker of `env` when it names one. What a run without its protections leaves in the databases is got rid of with the whole shop. */
export class Shop {
  readonly #env: Record<string, string>;
  #system: System | null = null;

  constructor(env: Record<string, string> = {}) {
    this.#env = env;
  }

  /** One run from the steady state to its verdict. */
  async run(experimentId: string, unprotected: boolean): Promise<Run> {
    const { dashboard } = await this.#open();
    for (let begun = 1; ; begun++) {
      const run = await this.#once(dashboard, experimentId, unprotected);
      const injected = run.events.some((event) => event.type === 'phase' && event.phase === 'method');
      if (injected || begun === MOST_BEGINNINGS) return run;
    }
  }

  async close(): Promise<void> {
    const system = this.#system;
    this.#system = null;
    if (system === null) return;
    await system.stop();
    rmSync(system.dataDir, { recursive: true, force: true });
  }

  async #once(dashboard: string, experimentId: string, unprotected: boolean): Promise<Run> {
    const { id } = await call(dashboard, 'startRun', { input: { experimentId, unprotected } });
    return until(`the end of ${experimentId}`, RUN_WITHIN_MS, async () => {
      const run = await call(dashboard, 'run', { params: { id } });
      if (run.verdict !== null) return run;
      await delay(1_000);
      return null;
    });
  }

  async #open(): Promise<System> {
    if (this.#system !== null) return this.#system;
    const system = await startSystem({ env: { ...LOAD, ...this.#env } });
    this.#system = system;
    const wanted = [...SHOP.map(({ service }) => service), 'loadgen', 'auditor', 'queue-agent'];
    await until('the connection of every agent', AGENTS_WITHIN_MS, async () => {
      const { agents } = await call(system.dashboard, 'agents');
      const here = new Set(agents.filter(({ connected }) => connected).map(({ service }) => service));
      return wanted.every((service) => here.has(service)) ? true : null;
    });
    return system;
  }
}
