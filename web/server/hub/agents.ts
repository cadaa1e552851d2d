import {
  AGENTS_NAMESPACE,
  AgentAuth,
  AgentHello,
  type AgentToHub,
  ArmAnswer,
  type ChaosTerms,
  ControlAnswer,
  type ControlCall,
  HaltAnswer,
  type HubToAgent,
  InjectionCount,
  type Lease,
  LeaseEnded,
  type LeaseRenewal,
  ProcessEvent,
  StormglassError,
} from '@stormglass/agents/contract';
import type { Namespace, Server, Socket } from 'socket.io';
import { z } from 'zod';
import type { AgentView } from '../../live/protocol.ts';
import type { Gate } from '../auth/gate.ts';
import type { Log } from '../log.ts';
import type { Time } from '../time.ts';

/** Agents that went away stay listed (with their age) until so many newer ones went away. */
const MAX_GONE = 100;
const ARM_TIMEOUT_MS = 5_000;
/** A kill with restart or a stopped database is read back in well under a second; the rest is patience. */
const RELEASE_TIMEOUT_MS = 5_000;
const HALT_TIMEOUT_MS = 3_000;
const CONTROL_TIMEOUT_MS = 15_000;

type AgentSocket = Socket<AgentToHub, HubToAgent>;

/** What agents say, already parsed; the faults, the window and the live channel listen. */
export interface AgentListener {
  /** At connect and whenever the agent says hello again. */
  hello?(agent: AgentView): void;
  /** It holds other leases than before. */
  held?(agent: AgentView): void;
  gone?(agent: AgentView): void;
  leaseEnded?(agentId: string, end: LeaseEnded): void;
  injections?(agentId: string, count: InjectionCount): void;
  process?(event: ProcessEvent): void;
}

interface Entry {
  view: AgentView;
  socket: AgentSocket | null;
}

/** The registry of agents and the hub's end of their channel. */
export class AgentHub {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners: AgentListener[] = [];
  readonly #namespace: Namespace<AgentToHub, HubToAgent>;
  readonly #time: Time;
  readonly #log: Log;
  #terms: (() => ChaosTerms) | null = null;

  constructor(io: Server, gate: Gate, time: Time, log: Log) {
    this.#time = time;
    this.#log = log;
    this.#namespace = io.of(AGENTS_NAMESPACE);
    this.#namespace.use((socket, next) => {
      const auth = AgentAuth.safeParse(socket.handshake.auth);
      if (!auth.success) return next(refusal('invalid_request', z.prettifyError(auth.error)));
      if (!gate.agentKeyIsRight(auth.data.key)) {
        this.#log.warn({ agent: auth.data.hello.agentId }, 'agent refused: wrong key');
        return next(refusal('unauthorized', 'the agent key is not right: set STORMGLASS_AGENT_KEY'));
      }
      next();
    });
    this.#namespace.on('connection', (socket) => this.#accept(socket));
  }

  listen(listener: AgentListener): void {
    this.#listeners.push(listener);
  }

  /** What each agent is told when it connects, and by `tellTerms`. */
  setTerms(terms: () => ChaosTerms): void {
    this.#terms = terms;
    this.tellTerms();
  }

  tellTerms(): void {
    if (this.#terms) this.#namespace.emit('chaos.terms', this.#terms());
  }

  /** All known agents, connected ones first, each sorted by service and instance. */
  list(): AgentView[] {
    const key = (a: AgentView) => `${a.connected ? 0 : 1}|${a.service}|${a.instance}|${a.agentId}`;
    return [...this.#entries.values()].map((e) => e.view).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  connected(): AgentView[] {
    return this.list().filter((agent) => agent.connected);
  }

  get(agentId: string): AgentView | null {
    return this.#entries.get(agentId)?.view ?? null;
  }

  async arm(agentId: string, lease: Lease): Promise<ArmAnswer> {
    const socket = this.#socket(agentId);
    const answer = ArmAnswer.parse(
      await answered(socket, socket.timeout(ARM_TIMEOUT_MS).emitWithAck('lease.arm', lease)),
    );
    if (answer.ok) this.#holds(agentId, (held) => [...held, lease.faultId]);
    return answer;
  }

  /** Nothing to answer: a renewal that is lost ends the fault, which is the safe side. */
  renew(agentId: string, renewal: LeaseRenewal): void {
    // volatile: a renewal must not wait in a buffer and revive a fault later.
    this.#entries.get(agentId)?.socket?.volatile.emit('lease.renew', renewal);
  }

  /** The read-back; null when the agent holds no such lease. Rejects when the agent does not answer. */
  async release(agentId: string, faultId: string): Promise<LeaseEnded | null> {
    const socket = this.#socket(agentId);
    const asked = socket.timeout(RELEASE_TIMEOUT_MS).emitWithAck('lease.release', { faultId });
    const end = LeaseEnded.nullable().parse(await answered(socket, asked));
    this.#lets(agentId, [faultId]);
    return end;
  }

  async halt(agentId: string, reason: string): Promise<HaltAnswer> {
    const socket = this.#socket(agentId);
    const asked = socket.timeout(HALT_TIMEOUT_MS).emitWithAck('halt', { reason });
    const answer = HaltAnswer.parse(await answered(socket, asked));
    this.#lets(
      agentId,
      answer.ended.map(({ faultId }) => faultId),
    );
    return answer;
  }

  async invoke(agentId: string, call: ControlCall): Promise<ControlAnswer> {
    const socket = this.#socket(agentId);
    const asked = socket.timeout(CONTROL_TIMEOUT_MS).emitWithAck('control.invoke', call);
    return ControlAnswer.parse(await answered(socket, asked));
  }

  #socket(agentId: string): AgentSocket {
    const entry = this.#entries.get(agentId);
    if (entry?.socket) return entry.socket;
    throw new StormglassError(
      'target_absent',
      `the agent ${agentId} is not connected`,
      'Check that its process runs and that STORMGLASS_HUB names this dashboard.',
    );
  }

  #accept(socket: AgentSocket): void {
    const { hello } = AgentAuth.parse(socket.handshake.auth);
    const { agentId } = hello;
    const before = this.#entries.get(agentId)?.socket;
    this.#entries.delete(agentId);
    this.#entries.set(agentId, { view: this.#view(hello, true), socket });
    // The newest connection of an agent is the true one: the older is a half-open leftover.
    before?.disconnect(true);
    this.#log.info({ agent: agentId, service: hello.service, kind: hello.kind }, 'agent connected');
    this.#hear(socket, agentId);
    if (this.#terms) socket.emit('chaos.terms', this.#terms());
    socket.on('disconnect', (reason) => this.#lost(agentId, socket, reason));
    this.#tell((l) => l.hello?.(this.#entries.get(agentId)?.view ?? this.#view(hello, true)));
  }

  #hear(socket: AgentSocket, agentId: string): void {
    const on = <T>(name: keyof AgentToHub, schema: z.ZodType<T>, use: (message: T) => void) => {
      socket.on(name, (raw: unknown) => {
        const message = schema.safeParse(raw);
        this.#seen(agentId);
        if (message.success) use(message.data);
        else
          this.#log.warn(
            { agent: agentId, name, problem: z.prettifyError(message.error) },
            'message refused',
          );
      });
    };
    on('hello', AgentHello, (hello) => {
      // An agent speaks for itself only.
      if (hello.agentId !== agentId) return;
      const view = this.#view(hello, true);
      this.#entries.set(agentId, { view, socket });
      this.#tell((l) => l.hello?.(view));
    });
    on('lease.ended', LeaseEnded, (end) => {
      this.#lets(agentId, [end.faultId]);
      this.#tell((l) => l.leaseEnded?.(agentId, end));
    });
    on('injections', InjectionCount, (count) => this.#tell((l) => l.injections?.(agentId, count)));
    on('process', ProcessEvent, (event) => this.#tell((l) => l.process?.(event)));
    // Engine.IO pings each 25 s by itself; a pong is a sign of life too.
    socket.conn.on('heartbeat', () => this.#seen(agentId));
  }

  #lost(agentId: string, socket: AgentSocket, reason: string): void {
    const entry = this.#entries.get(agentId);
    if (entry?.socket !== socket) return;
    entry.socket = null;
    entry.view = { ...entry.view, connected: false, lastSeenAt: this.#time.now() };
    this.#log.info({ agent: agentId, reason }, 'agent disconnected');
    this.#forgetOldest();
    this.#tell((l) => l.gone?.(entry.view));
  }

  #forgetOldest(): void {
    const gone = [...this.#entries].filter(([, e]) => !e.view.connected);
    gone.sort((a, b) => a[1].view.lastSeenAt - b[1].view.lastSeenAt);
    for (const [id] of gone.slice(0, Math.max(0, gone.length - MAX_GONE))) this.#entries.delete(id);
  }

  #seen(agentId: string): void {
    const entry = this.#entries.get(agentId);
    if (entry) entry.view = { ...entry.view, lastSeenAt: this.#time.now() };
  }

  #lets(agentId: string, gone: readonly string[]): void {
    this.#holds(agentId, (held) => held.filter((id) => !gone.includes(id)));
  }

  /** An agent says what it holds only when it connects; from then on the hub keeps the list. */
  #holds(agentId: string, change: (held: readonly string[]) => string[]): void {
    const entry = this.#entries.get(agentId);
    if (!entry) return;
    entry.view = { ...entry.view, leases: [...new Set(change(entry.view.leases))] };
    this.#tell((l) => l.held?.(entry.view));
  }

  #view(hello: AgentHello, connected: boolean): AgentView {
    return { ...hello, connected, lastSeenAt: this.#time.now() };
  }

  #tell(call: (listener: AgentListener) => void): void {
    for (const listener of this.#listeners) call(listener);
  }
}

/** An answer, or a rejection as soon as the connection is lost: nobody waits for the dead. */
function answered<T>(socket: AgentSocket, asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(new Error('the agent went away'));
    socket.once('disconnect', lost);
    asked.then(resolve, reject).finally(() => socket.off('disconnect', lost));
  });
}

function refusal(code: string, message: string): Error {
  return Object.assign(new Error(message), { data: { code } });
}
