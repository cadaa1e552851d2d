import { metrics, type ObservableResult } from '@opentelemetry/api';
import { METRIC, SEMCONV } from '@stormglass/agents/contract';
import { type Clock, systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { demandOk } from '../peer/demand.ts';
import type { Endpoints } from '../peer/endpoints.ts';
import type { Peer } from '../peer/peer.ts';
import { untraced } from '../untraced.ts';
import { type Knowledge, KnownServices } from './known-services.ts';
import { HeartbeatAnswer, LeaveAnswer, RegisterAnswer, type Registration } from './protocol.ts';

const HEARTBEAT_MS = 1_000;
/** After an instance said that it goes every caller has asked for news once more, and calls somebody else. */
const LEAVE_LEAD_MS = 2 * HEARTBEAT_MS;

export interface DiscoveryOptions {
  /** The registry itself. */
  peer: Peer;
  log: Log;
  clock?: Clock;
}

/** This process at the registry: says that it is there, and knows where its peers are. */
export class Discovery {
  readonly #peer: Peer;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #known: KnownServices;
  readonly #gauge = metrics.getMeter('stormglass.shop').createObservableGauge(METRIC.discoveryStale, {
    description:
      '1 while the last known instances of a peer are used because the registry says nothing of it',
  });
  readonly #observe = (result: ObservableResult): void => {
    for (const [service, { stale }] of Object.entries(this.knowledge())) {
      result.observe(stale ? 1 : 0, { [SEMCONV.peerService[0]]: service });
    }
  };
  #loop: Loop | null = null;
  #registered = false;
  #revision = '';

  constructor({ peer, log, clock = systemClock }: DiscoveryOptions) {
    this.#peer = peer;
    this.#log = log;
    this.#clock = clock;
    this.#known = new KnownServices(clock);
    this.#gauge.addCallback(this.#observe);
  }

  endpoints(service: string): Endpoints {
    return this.#known.endpoints(service);
  }

  /** What is known of each peer of this process. */
  knowledge(): Record<string, Knowledge> {
    return this.#known.knowledge();
  }

  /** From now on this instance is registered as soon as, and as long as, it is there. */
  announce(registration: Registration, isReady: () => Promise<boolean>): void {
    const run = async () => {
      if (!this.#registered && (await isReady())) await this.#register(registration);
      await untraced(() => this.#beat(registration.instance));
    };
    const options = { name: 'discovery', intervalMs: HEARTBEAT_MS, log: this.#log, clock: this.#clock, run };
    this.#loop = startLoop(options);
  }

  /** Says that this instance goes; resolves when its callers know. */
  async leave(instance: string): Promise<void> {
    await this.#loop?.stop();
    this.#gauge.removeCallback(this.#observe);
    if (!this.#registered) return;
    const outcome = await this.#peer.post('/instances/leave', { instance }, { answer: LeaveAnswer });
    // Without a registry nobody can be told: the callers find out by a refused connection.
    if (outcome.kind === 'ok') await this.#clock.sleep(LEAVE_LEAD_MS);
  }

  async #register(registration: Registration): Promise<void> {
    const outcome = await this.#peer.post('/instances', registration, { answer: RegisterAnswer });
    demandOk(outcome, this.#peer.name);
    this.#registered = true;
    this.#log.info({ service: registration.name, port: registration.port }, 'registered');
  }

  async #beat(instance: string): Promise<void> {
    const body = { instance, revision: this.#revision };
    const outcome = await this.#peer.post('/heartbeats', body, { answer: HeartbeatAnswer });
    const { registered, revision, view } = demandOk(outcome, this.#peer.name);
    this.#known.heard(view);
    this.#revision = revision;
    if (this.#registered && !registered) this.#loop?.nudge();
    this.#registered &&= registered;
  }
}
