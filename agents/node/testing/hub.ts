import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, type Socket } from 'socket.io';
import {
  AGENTS_NAMESPACE,
  AgentAuth,
  type AgentHello,
  type AgentToHub,
  type ArmAnswer,
  type ControlAnswer,
  FaultSpec,
  formatScope,
  type HaltAnswer,
  type HubToAgent,
  type InjectionCount,
  LEASE_TTL_MS,
  type LeaseEnded,
  SCOPE_ENTRY,
  scopeText,
} from '../../contract/index.ts';

type AgentSocket = Socket<AgentToHub, HubToAgent>;
const SCOPE_KEY = 'key of this test hub';
/** For an answer, and for an agent to be there: tests are about what it says, not about how busy the machine is. */
const PATIENCE_MS = 60_000;
/** Longer than this no machine takes to arm a fault. */
const BRIEF_AT_MOST_MS = 30_000;
type SpecInput = Parameters<typeof FaultSpec.parse>[0];

/** A hub as an agent sees one, as small as the protocol allows: arms, renews, releases, and remembers what it hears. */
export class TestHub {
  readonly hellos: AgentHello[] = [];
  readonly ended: LeaseEnded[] = [];
  readonly injections: InjectionCount[] = [];
  readonly #agents = new Map<string, AgentSocket>();
  readonly #http = createServer();
  readonly #io = new Server<AgentToHub, HubToAgent>(this.#http);
  readonly #asked = new Set<string>();
  readonly #renewing = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #halted = false;

  constructor() {
    this.#io.of(AGENTS_NAMESPACE).on('connection', (socket) => this.#welcome(socket as AgentSocket));
    this.#timer = setInterval(() => this.#renew(), 200);
  }

  static async start(port = 0): Promise<TestHub> {
    const hub = new TestHub();
    await new Promise<void>((ready) => hub.#http.listen(port, '127.0.0.1', ready));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** No fault that it asked for is on. */
  get quiet(): boolean {
    return [...this.#asked].every((faultId) => this.ended.some((end) => end.faultId === faultId));
  }

  hello(service: string): AgentHello | undefined {
    return this.hellos.findLast((hello) => hello.service === service);
  }

  /** Arms on the named service's agent and keeps renewing until released or `abandon`ed. */
  async arm(
    service: string,
    spec: SpecInput,
    { faultId = randomUUID() as string, ttlMs = LEASE_TTL_MS, owner = 'test' } = {},
  ): Promise<{ faultId: string; answer: ArmAnswer }> {
    const parsed = FaultSpec.parse(spec);
    this.#asked.add(faultId);
    const answer = await (await this.#to(service)).emitWithAck('lease.arm', {
      faultId,
      runId: 'run-1',
      owner,
      spec: parsed,
      ttlMs,
      remainingMs: parsed.durationMs,
    });
    if (answer.ok) this.#renewing.set(faultId, ttlMs);
    else this.#asked.delete(faultId);
    return { faultId, answer };
  }

  /** Arms for as short a time as this machine can: what was over before it was armed is asked for again, twice as long. */
  async armBriefly(service: string, spec: object): Promise<{ faultId: string; answer: ArmAnswer }> {
    for (let durationMs = 150; ; durationMs *= 2) {
      const asked = await this.arm(service, { ...spec, durationMs });
      if (!isOverAlready(asked.answer) || durationMs > BRIEF_AT_MOST_MS) return asked;
    }
  }

  /**
   * Arms, and leaves before the short lease is over. What it gives back says whether the lease has ended by itself: the
   * agent told so or, where that word was lost with the connection, holds it no longer when it is back.
   */
  async orphan(service: string, spec: SpecInput): Promise<() => boolean> {
    for (let ttlMs = 250; ; ttlMs *= 2) {
      const { faultId, answer } = await this.arm(service, spec, { ttlMs });
      const last = ttlMs > BRIEF_AT_MOST_MS;
      if (!answer.ok && (last || !isOverAlready(answer))) throw new Error(answer.message);
      const end = () => this.ended.find((one) => one.faultId === faultId);
      if (!answer.ok || (end() && !last)) continue;
      const before = this.hellos.length;
      await this.leave(service);
      const since = () => this.hellos.slice(before).filter((hello) => hello.service === service);
      return () => {
        const told = end();
        if (told) return told.reason === 'expired' && told.reverted;
        return since().some(({ leases }) => !leases.includes(faultId));
      };
    }
  }

  async release(service: string, faultId: string): Promise<LeaseEnded | null> {
    this.#renewing.delete(faultId);
    return (await this.#to(service)).emitWithAck('lease.release', { faultId });
  }

  async halt(service: string): Promise<HaltAnswer> {
    return (await this.#to(service)).emitWithAck('halt', { reason: 'test' });
  }

  async invoke(service: string, name: string, input: unknown): Promise<ControlAnswer> {
    return (await this.#to(service)).emitWithAck('control.invoke', { name, input, by: 'test' });
  }

  /** What every agent is told at its next connect, and now. */
  terms(terms: { halted: boolean }): void {
    this.#halted = terms.halted;
    for (const socket of this.#agents.values()) socket.emit('chaos.terms', this.#terms());
  }

  /** The baggage of a scope, as the hub signs it or, by another key, as somebody else would. */
  scope(id: string, { key = SCOPE_KEY, expiresInS = 60 } = {}): string {
    const expiry = Math.ceil(Date.now() / 1000) + expiresInS;
    const mac = createHmac('sha256', key).update(scopeText(id, expiry)).digest('base64url');
    return `${SCOPE_ENTRY}=${formatScope({ id, expiry, mac })}`;
  }

  /** Renews no more, as a hub would that hangs. */
  abandon(): void {
    this.#renewing.clear();
  }

  /** Gone without a word, as a hub would that dies: renews no more, and the agent's connection breaks. It may come back. */
  async leave(service: string): Promise<void> {
    this.abandon();
    (await this.#socket(service)).conn.close();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#io.close();
  }

  #terms() {
    const scopeKey = Buffer.from(SCOPE_KEY).toString('base64');
    return { scopeKey, now: Date.now(), halted: this.#halted };
  }

  async #to(service: string) {
    return (await this.#socket(service)).timeout(PATIENCE_MS);
  }

  /** An agent that has just lost us is on its way back. */
  async #socket(service: string): Promise<AgentSocket> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const socket = this.#agents.get(service);
      if (socket) return socket;
      if (performance.now() > until) throw new Error(`no agent of ${service} is connected`);
      await sleep(20);
    }
  }

  #welcome(socket: AgentSocket): void {
    const { hello } = AgentAuth.parse(socket.handshake.auth);
    this.hellos.push(hello);
    this.#agents.set(hello.service, socket);
    socket.emit('chaos.terms', this.#terms());
    socket.on('disconnect', () => {
      if (this.#agents.get(hello.service) === socket) this.#agents.delete(hello.service);
    });
    socket.on('hello', (again) => this.hellos.push(again));
    socket.on('lease.ended', (end) => this.ended.push(end));
    socket.on('injections', (count) => this.injections.push(count));
  }

  #renew(): void {
    for (const [faultId, ttlMs] of this.#renewing) {
      for (const socket of this.#agents.values()) socket.emit('lease.renew', { faultIds: [faultId], ttlMs });
    }
  }
}

/** Its time was over while it was being armed. */
function isOverAlready(answer: ArmAnswer): boolean {
  return !answer.ok && answer.code === 'conflict';
}
