import {
  AGENTS_NAMESPACE,
  type AgentHello,
  type AgentToHub,
  type ArmAnswer,
  type ControlAnswer,
  type ControlCall,
  type HubToAgent,
  type Lease,
  type LeaseEnded,
  type LeaseEndReason,
} from '@stormglass/agents/contract';
import { io, type Socket } from 'socket.io-client';

/** A small agent that keeps the lease contract: what it holds it drops by itself when nobody renews. */
export class TestAgent {
  readonly socket: Socket<HubToAgent, AgentToHub>;
  readonly leases = new Map<string, { lease: Lease; renewals: number; timer: NodeJS.Timeout }>();
  readonly ended: LeaseEnded[] = [];
  readonly hello: AgentHello;
  answerArm: (lease: Lease) => ArmAnswer = () => ({ ok: true, armedAt: Date.now(), detail: 'seam armed' });
  answerControl: (call: ControlCall) => ControlAnswer = () => ({ ok: true, result: null });
  /** False: hears orders and says nothing, as a stopped process does. */
  answers = true;

  constructor(url: string, hello: Partial<AgentHello> = {}, key?: string) {
    this.hello = {
      agentId: `agent-${crypto.randomUUID()}`,
      kind: 'node',
      service: 'payments',
      instance: 'payments-1',
      version: '1.0.0',
      pid: 4711,
      startedAt: Date.now(),
      chaosAllowed: true,
      capabilities: ['latency:service', 'error:service', 'latency:edge'],
      reach: [],
      leases: [],
      controls: [],
      protections: [],
      dropped: {},
      ...hello,
    };
    this.socket = io(url + AGENTS_NAMESPACE, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 100,
      auth: (give) =>
        give({ ...(key === undefined ? {} : { key }), hello: { ...this.hello, leases: this.#held() } }),
    });
    this.socket.on('lease.arm', (lease, ack) => this.#arm(lease, ack));
    this.socket.on('lease.renew', ({ faultIds, ttlMs }) => {
      for (const id of faultIds) this.#renew(id, ttlMs);
    });
    this.socket.on('lease.release', ({ faultId }, ack) => {
      if (this.answers) ack(this.leases.has(faultId) ? this.end(faultId, 'released') : null);
    });
    this.socket.on('halt', (_order, ack) => {
      if (!this.answers) return;
      const ended = [...this.leases.keys()].map((id) => this.end(id, 'halted'));
      ack({ ended, readBackAt: Date.now() });
    });
    this.socket.on('control.invoke', (call, ack) => ack(this.answerControl(call)));
  }

  async connected(): Promise<this> {
    if (!this.socket.connected)
      await new Promise<void>((resolve) => this.socket.once('connect', () => resolve()));
    return this;
  }

  /** A lease from somewhere else: an earlier dashboard. */
  hold(faultId: string): void {
    const timer = setTimeout(() => undefined, 0);
    this.leases.set(faultId, { lease: { faultId } as Lease, renewals: 0, timer });
  }

  end(faultId: string, reason: LeaseEndReason): LeaseEnded {
    clearTimeout(this.leases.get(faultId)?.timer);
    this.leases.delete(faultId);
    const end = {
      faultId,
      reason,
      endedAt: Date.now(),
      injections: 3,
      readBack: 'seam empty',
      reverted: true,
    };
    this.ended.push(end);
    return end;
  }

  close(): void {
    for (const { timer } of this.leases.values()) clearTimeout(timer);
    this.socket.close();
  }

  #held(): string[] {
    return [...this.leases.keys()];
  }

  #arm(lease: Lease, ack: (answer: ArmAnswer) => void): void {
    const answer = this.answerArm(lease);
    if (answer.ok) {
      const timer = setTimeout(() => this.#drop(lease.faultId), lease.ttlMs);
      this.leases.set(lease.faultId, { lease, renewals: 0, timer });
    }
    if (this.answers) ack(answer);
  }

  #renew(faultId: string, ttlMs: number): void {
    const held = this.leases.get(faultId);
    if (!held) return;
    clearTimeout(held.timer);
    held.renewals++;
    held.timer = setTimeout(() => this.#drop(faultId), ttlMs);
  }

  #drop(faultId: string): void {
    this.socket.emit('lease.ended', this.end(faultId, 'expired'));
  }
}
