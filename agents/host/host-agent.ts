import {
  type AgentHello,
  type ArmAnswer,
  assertNever,
  type HaltAnswer,
  type InjectionCount,
  injectingService,
  type Lease,
  type LeaseEnded,
  type ProcessEvent,
} from '../contract/index.ts';
import { type Channel, openChannel } from '../node/channel.ts';
import { systemClock } from '../node/clock.ts';
import { LeaseTable } from '../node/leases.ts';
import { DatabaseGate } from './database-outage.ts';
import { removeBallast } from './faults/ballast.ts';
import { hostInjectors } from './faults/index.ts';
import type { HostParts } from './injectors.ts';
import { networkInjector } from './network-injector.ts';
import { ProxyClient } from './proxy/client.ts';
import type { Supervisor } from './supervisor.ts';
import { type Undo, UndoJournal } from './undo-journal.ts';

/** Without these there is no dashboard to see or stop a fault with. */
const PROTECTED: ReadonlySet<string> = new Set(['collector', 'web', 'postgres', 'host']);

export interface HostAgentOptions {
  supervisor: Supervisor;
  /** Superuser URL of the embedded server; null: there is none, and no database can be hurt. */
  adminUrl: string | null;
  /** File of the undo journal. */
  journal: string;
  /** Base URL of the dashboard. */
  hub: string;
  /** Key for the agent channel; null when the hub asks for none. */
  key: string | null;
  version: string;
  /** Services whose process or database may be hurt. */
  reach: readonly string[];
  /** URL of the TCP proxy's API; null when none runs. */
  proxyApi: string | null;
  /** Epoch milliseconds of the launcher's start. */
  startedAt: number;
  /** What was taken back at the start, in words. */
  onUndone: (words: string) => void;
}

/** Hurts processes and databases on behalf of the hub, from inside the launcher. */
export interface HostAgent {
  /** Tells the hub about the process table; also before the hub is up (bounded). */
  process(event: ProcessEvent): void;
  /** Arms as the hub would; for tests and tools. */
  arm(lease: Lease): Promise<ArmAnswer>;
  release(faultId: string): Promise<LeaseEnded | null>;
  /** Ends every fault, then the channel. */
  close(): Promise<void>;
}

/** Takes back what a killed predecessor left behind, then offers host faults to the hub. */
export async function startHostAgent(options: HostAgentOptions): Promise<HostAgent> {
  const gate = options.adminUrl === null ? null : new DatabaseGate(options.adminUrl);
  const journal = new UndoJournal(options.journal);
  for (const { undo, result } of await journal.replay((undo) => takeBack(gate, undo))) {
    options.onUndone(`${JSON.stringify(undo)}: ${result}`);
  }
  const tables = new HostLeases(options, gate, journal);
  const channel = openChannel({
    hub: options.hub,
    key: options.key ?? undefined,
    hello: () => helloOf(options, tables, channel),
    handlers: {
      arm: (lease) => tables.arm(lease),
      renew: (renewal) => tables.each((table) => table.renew(renewal)),
      release: (faultId) => tables.release(faultId),
      halt: async () => {
        const answer = await tables.halt();
        await resetProxies(options.proxyApi);
        return { ...answer, readBackAt: systemClock.wall() };
      },
      invoke: (call) => ({ ok: false, message: `the host offers no ${call.name}`, next: 'ask a service' }),
    },
  });
  tables.onEnded = (end) => channel.leaseEnded(end);
  tables.onEffect = (count) => channel.injections(count);
  return {
    process: (event) => channel.process(event),
    arm: (lease) => tables.arm(lease),
    release: (faultId) => tables.release(faultId),
    close: async () => {
      await tables.halt();
      channel.close();
      journal.close();
      await gate?.end();
    },
  };
}

function helloOf(options: HostAgentOptions, tables: HostLeases, channel: Channel | undefined): AgentHello {
  return {
    agentId: `host-${process.pid}`,
    kind: 'host',
    service: 'host',
    instance: 'host-1',
    version: options.version,
    pid: process.pid,
    startedAt: options.startedAt,
    chaosAllowed: true,
    capabilities: tables.capabilities,
    reach: [...options.reach],
    leases: tables.ids,
    controls: [],
    protections: [],
    dropped: channel === undefined || channel.dropped === 0 ? {} : { channel: channel.dropped },
  };
}

/** Also toxics which were put there by other tools: stop means stop. */
async function resetProxies(api: string | null): Promise<void> {
  // One that does not answer has no effect but its absence, and its supervisor sees to that.
  if (api !== null) await new ProxyClient(api).reset().catch(() => undefined);
}

async function takeBack(gate: DatabaseGate | null, undo: Undo): Promise<string> {
  switch (undo.kind) {
    case 'allow_connections':
      if (gate === null) throw new Error(`there is no server to open ${undo.database} at`);
      return gate.open(undo.database);
    case 'continue_process':
      return carryOn(undo.pid);
    case 'remove_ballast':
      return removeBallast(undo.path);
    default:
      return assertNever(undo);
  }
}

function carryOn(pid: number): string {
  try {
    process.kill(pid, 'SIGCONT');
    return `pid ${pid} continued`;
  } catch (error) {
    // It died with its launcher, or the number is somebody else's now.
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) {
      return `pid ${pid} is gone`;
    }
    throw error;
  }
}

/** One lease table for each service in reach: a table speaks for one service. */
class HostLeases {
  onEnded: (end: LeaseEnded) => void = () => undefined;
  onEffect: (count: InjectionCount) => void = () => undefined;
  readonly #tables = new Map<string, LeaseTable>();
  /** Effects which were over by themselves; their leases end as `completed`. */
  readonly #over = new Set<string>();

  constructor(options: HostAgentOptions, gate: DatabaseGate | null, journal: UndoJournal) {
    const parts: HostParts = {
      supervisor: options.supervisor,
      gate,
      journal,
      onOver: (faultId) => {
        this.#over.add(faultId);
        this.#byFault(faultId)?.release(faultId);
      },
    };
    const network = options.proxyApi === null ? [] : [networkInjector(options.proxyApi)];
    const injectors = [...hostInjectors(parts, options.adminUrl), ...network];
    for (const service of options.reach) {
      this.#tables.set(
        service,
        new LeaseTable({
          clock: systemClock,
          allowed: true,
          self: { service, instance: null },
          injectors,
          // What is done to a process or a database is done once, so its only effect is its first.
          onEffect: ({ faultId }, count) => {
            const at = systemClock.wall();
            this.onEffect({ faultId, service, count, firstAt: at, lastAt: at });
          },
          onEnded: (end) => this.onEnded(this.#told(end)),
        }),
      );
    }
  }

  get capabilities(): string[] {
    return [...this.#tables.values()][0]?.capabilities ?? [];
  }

  get ids(): string[] {
    return [...this.#tables.values()].flatMap((table) => table.ids);
  }

  async arm(lease: Lease): Promise<ArmAnswer> {
    const service = injectingService(lease.spec.target);
    if (PROTECTED.has(service)) {
      return {
        ok: false,
        code: 'target_protected',
        message: `${service} is part of Stormglass itself and cannot be hurt`,
        next: `choose one of ${[...this.#tables.keys()].join(', ')}`,
      };
    }
    const table = this.#tables.get(service);
    if (table !== undefined) return table.arm(lease);
    return {
      ok: false,
      code: 'target_absent',
      message: `this host did not start ${service}`,
      next: `choose one of ${[...this.#tables.keys()].join(', ')}`,
    };
  }

  async release(faultId: string): Promise<LeaseEnded | null> {
    const ended = await this.#byFault(faultId)?.release(faultId);
    return ended ?? null;
  }

  async halt(): Promise<HaltAnswer> {
    const answers = await Promise.all([...this.#tables.values()].map((table) => table.halt()));
    return { ended: answers.flatMap((answer) => answer.ended), readBackAt: systemClock.wall() };
  }

  each(act: (table: LeaseTable) => void): void {
    for (const table of this.#tables.values()) act(table);
  }

  #byFault(faultId: string): LeaseTable | undefined {
    return [...this.#tables.values()].find((table) => table.ids.includes(faultId));
  }

  #told(end: LeaseEnded): LeaseEnded {
    return this.#over.delete(end.faultId) && end.reverted ? { ...end, reason: 'completed' } : end;
  }
}
