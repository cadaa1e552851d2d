import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FaultType } from '../../contract/index.ts';

/** What every fault promises, whatever it does. */
export const PROMISES = {
  seen: 'a client that knows nothing of faults sees its effect',
  removed: 'it is removed in mid-flight, and lets go of whom it held',
  expires: 'it is over when its time is, whatever the hub says',
  residue: 'all is as it was when it has ended',
  counted: 'the hub is told how often it struck',
  receipt: 'the span that it hurt names it',
  open: 'business goes on when its injector throws, and when the hub is gone',
} as const;
export type Promised = keyof typeof PROMISES;
/** Why some of them do not apply, in words. */
export type Excuses = Partial<Record<Promised, string>>;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CALLS = ['agents/node/inject/call/promises.test.ts'];
const STATEMENTS = ['agents/node/inject/statements/statements.test.ts'];
const POOLS = ['agents/node/pool-exhaustion.test.ts'];
const DATABASES = ['agents/host/database-promises.test.ts'];
const BULLMQ = 'agents/node/inject/messaging/bullmq.test.ts';
const AMQPLIB = 'agents/node/inject/messaging/amqplib.test.ts';
/** At its seam: there is no broker for it among the tests. */
const KAFKAJS = 'agents/node/instrument/kafkajs/promises.test.ts';
const MESSAGES = [BULLMQ, AMQPLIB, KAFKAJS];
const PROCESSES = ['agents/host/faults/promises.test.ts'];
const CRASHES = ['agents/node/inject/controlled/crash.test.ts'];
const RESOURCES = ['agents/node/inject/resource/resource.test.ts'];
const NETWORK = ['agents/host/network-promises.test.ts'];
const SHOP = ['sample-services/testing/controlled-faults.test.ts'];

/** The tests in which all promises of a type are proved: without a row here it does not compile, without proof they fail. */
export const PROVED_IN: Readonly<Record<FaultType, readonly string[]>> = {
  ...{ latency: CALLS, error: CALLS, hang: CALLS, reset: CALLS },
  ...{ throttle: CALLS, truncate: CALLS, corrupt: CALLS },
  ...{ slow_query: STATEMENTS, query_error: STATEMENTS, pool_exhaustion: POOLS },
  ...{ database_outage: DATABASES, lock_contention: DATABASES },
  ...{ message_drop: MESSAGES, message_delay: MESSAGES, message_duplicate: MESSAGES },
  ...{ message_reorder: MESSAGES, message_poison: MESSAGES, producer_burst: MESSAGES },
  ...{ ack_lost: MESSAGES, consumer_slow: MESSAGES, consumer_stop: [BULLMQ] },
  ...{ broker_outage: [...DATABASES, ...PROCESSES], token_authority_down: PROCESSES },
  ...{ process_kill: PROCESSES, process_pause: PROCESSES, process_terminate: PROCESSES },
  ...{ process_restart: PROCESSES, process_scale: PROCESSES, process_crash: CRASHES },
  ...{ cpu_burn: RESOURCES, memory_pressure: RESOURCES, event_loop_block: RESOURCES },
  disk_full: PROCESSES,
  ...{ network_latency: NETWORK, network_bandwidth: NETWORK, network_slow_close: NETWORK },
  ...{ network_timeout: NETWORK, network_reset_peer: NETWORK, network_slicer: NETWORK },
  ...{ network_limit_data: NETWORK, network_down: NETWORK, network_partition: NETWORK },
  ...{ key_rotated: SHOP, token_expired: SHOP, clock_skew: SHOP },
  ...{ discovery_stale: SHOP, registry_blank: SHOP, traffic_flood: SHOP, retry_storm: SHOP },
};

/** What one file of tests has proved so far: entered by the tests themselves, after they have seen it. */
export class Ledger {
  readonly #types: readonly FaultType[];
  readonly #proved = new Map<FaultType, Set<Promised>>();

  /** Of the test file with that URL. */
  constructor(url: string) {
    const file = relative(ROOT, fileURLToPath(url));
    this.#types = (Object.keys(PROVED_IN) as FaultType[]).filter((type) => PROVED_IN[type].includes(file));
  }

  prove(type: FaultType, ...promises: readonly Promised[]): void {
    const known = this.#proved.get(type) ?? new Set();
    for (const promise of promises) known.add(promise);
    this.#proved.set(type, known);
  }

  /** Settles those that do not apply. */
  excuse(type: FaultType, excuses: Excuses): void {
    this.prove(type, ...(Object.keys(excuses) as Promised[]));
  }

  /** A test for each type of this file: that all is proved. Must come last in the file. */
  complete(): void {
    describe('no promise is left without a proof', () => {
      test.each(this.#types)('%s', (type) => {
        const proved = this.#proved.get(type) ?? new Set();
        const missing = (Object.keys(PROMISES) as Promised[]).filter((promise) => !proved.has(promise));
        expect(missing.map((promise) => PROMISES[promise])).toEqual([]);
      });
    });
  }
}
