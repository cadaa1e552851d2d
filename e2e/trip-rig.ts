import type { FaultSpec } from '@stormglass/agents/contract';
import type { TripOutcome, TripRig } from '@stormglass/chaos/breaker-proof';
import { type Running, runService } from '../agents/node/testing/run.ts';
import { call } from './api.ts';
import { expect, type System } from './system.ts';

export const CALLER = 'curve-caller';
const PEER = 'curve-peer';
/** As agents/node/testing/service.ts has it; it opens above 50 % of at least 4 calls. */
export const BREAKER = 'service->peer';
/** Long enough for some calls and an arming on a busy machine; each trial waits until it has passed. */
const WINDOW_MS = 4_000;

/** Two services nobody else calls, with agents that speak to the system's dashboard, and the breaker between them. */
export class ServicePair implements TripRig {
  readonly #dashboard: string;
  readonly #running: Running[];
  readonly #caller: string;
  #freshAt = 0;
  #began = 0;
  #ended = 0;

  private constructor(dashboard: string, running: Running[], caller: string) {
    this.#dashboard = dashboard;
    this.#running = running;
    this.#caller = caller;
  }

  static async start({ dashboard, otlpHttp }: System): Promise<ServicePair> {
    const env = {
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttp, STORMGLASS_HUB: dashboard, STORMGLASS_CHAOS: 'on' },
      WINDOW_MS: String(WINDOW_MS),
    };
    const peer = await runService(PEER, env);
    const caller = await runService(CALLER, { ...env, PEER_URL: peer.url });
    const pair = new ServicePair(dashboard, [peer, caller], caller.url);
    await pair.good(1);
    await expect.poll(() => pair.#row()).toBeTruthy();
    await expect
      .poll(async () => (await call(dashboard, 'agents')).agents.filter((agent) => agent.connected))
      .toContainEqual(expect.objectContaining({ service: PEER }));
    return pair;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((one) => one.stop()));
  }

  async fresh(): Promise<void> {
    await call(this.#dashboard, 'forceBreaker', {
      params: { service: CALLER, name: BREAKER },
      input: { state: 'reset' },
    });
    const reset = Date.now();
    await expect
      .poll(async () => {
        const sample = (await this.#row())?.sample;
        return sample && sample.at > reset && sample.state === 'closed' ? sample.failureRatio : 'unknown';
      })
      .toBeNull();
    this.#freshAt = Date.now();
    this.#began = 0;
  }

  async good(calls: number): Promise<void> {
    for (let i = 0; i < calls; i++) expect(await this.#through()).toContain('done');
  }

  async bad(calls: number): Promise<void> {
    if (calls === 0) return;
    const spec: Partial<Record<keyof FaultSpec, unknown>> = {
      action: { type: 'error', status: 503 },
      target: { kind: 'service', service: PEER },
      reason: 'trip curve',
    };
    const { fault } = await call(this.#dashboard, 'armFault', { input: { spec } });
    try {
      for (let i = 0; i < calls; i++) expect(await this.#through()).toBe('fallback');
    } finally {
      await call(this.#dashboard, 'releaseFault', { params: { id: fault?.faultId ?? '' } });
    }
  }

  async outcome(): Promise<TripOutcome> {
    const took = this.#ended - this.#began;
    if (took > WINDOW_MS * 0.9) return { is: 'spoiled', why: `the calls took ${took} ms` };
    let outcome: TripOutcome | null = null;
    await expect
      .poll(async () => {
        outcome = await this.#look();
        return outcome;
      })
      .not.toBeNull();
    return outcome ?? { is: 'closed' };
  }

  /** Null while no sample is younger than the last call, or the opening it speaks of is not told yet. */
  async #look(): Promise<TripOutcome | null> {
    const row = await this.#row();
    if (!row?.sample || row.sample.at <= this.#ended) return null;
    const { lastOpening } = row;
    if (lastOpening && lastOpening.at >= this.#freshAt) {
      return { is: 'open', calls: lastOpening.windowCalls, failures: lastOpening.windowFailures };
    }
    return row.sample.state === 'closed' ? { is: 'closed' } : null;
  }

  async #through(): Promise<string> {
    this.#began ||= Date.now();
    const answer = await fetch(`${this.#caller}/through/1`);
    const { text } = (await answer.json()) as { text: string };
    this.#ended = Date.now();
    return text;
  }

  async #row() {
    const { breakers } = await call(this.#dashboard, 'breakers');
    return breakers.find(({ service, name }) => service === CALLER && name === BREAKER);
  }
}
