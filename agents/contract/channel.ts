import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from './errors.ts';
import type { ChaosTerms } from './faults/scope.ts';
import { type ArmAnswer, type Lease, LeaseEnded } from './lease.ts';
import { ProtectionState } from './protection.ts';

/**
 * The agent channel: Socket.IO namespace `/agents`. The agent connects with `auth: AgentAuth`; everything from the hub
 * is acknowledged by a callback, everything from the agent is fire and forget.
 *
 * hub -> agent   lease.arm(Lease) -> ArmAnswer · lease.renew(LeaseRenewal) · lease.release({faultId}) -> LeaseEnded
 *                halt({reason}) -> HaltAnswer · control.invoke(ControlCall) -> ControlAnswer · chaos.terms(ChaosTerms)
 * agent -> hub   lease.ended(LeaseEnded) · injections(InjectionCount) · process(ProcessEvent) · hello(AgentHello)
 */
export const AGENTS_NAMESPACE = '/agents';

/** A named, typed action which a service offers on its channel: `saga.start`, `load.set`, `breaker.force`. */
export const ControlDescriptor = z.object({
  /** `saga.start`, `order-page.set`. A hello with any other name is refused as a whole. */
  name: z.string().regex(/^[a-z]+(-[a-z]+)*(\.[a-z_]+)+$/),
  title: z.string(),
  /** JSON Schema of the input (made with zod's toJSONSchema). */
  input: z.record(z.string(), z.unknown()),
});
export type ControlDescriptor = z.infer<typeof ControlDescriptor>;

export const AgentHello = z.object({
  agentId: z.string(),
  kind: z.enum(['node', 'host', 'queues']),
  service: z.string(),
  instance: z.string(),
  version: z.string(),
  pid: z.number().int(),
  startedAt: z.number(),
  /** True only if the process said STORMGLASS_CHAOS=on. */
  chaosAllowed: z.boolean(),
  /** `<fault type>:<target kind>` pairs this agent can inject, and for a host agent the services it can reach. */
  capabilities: z.array(z.string()),
  reach: z.array(z.string()).default([]),
  /** Leases held right now: after a reconnect the hub lets go of those it does not know. */
  leases: z.array(z.string()).default([]),
  controls: z.array(ControlDescriptor).default([]),
  /** Mechanisms of this process which can be taken away on purpose, and which are. */
  protections: z.array(ProtectionState).default([]),
  /** Scopes on requests which were not obeyed since its start, by reason: unsigned, bad_signature, expired, no_key. */
  scopesRefused: z.record(z.string(), z.number()).optional(),
  /** What was dropped because a buffer was full, by name. */
  dropped: z.record(z.string(), z.number()).default({}),
});
export type AgentHello = z.infer<typeof AgentHello>;

export const AgentAuth = z.object({ key: z.string().optional(), hello: AgentHello });
export type AgentAuth = z.infer<typeof AgentAuth>;

export const LeaseRenewal = z.object({ faultIds: z.array(z.string()), ttlMs: z.number().int().positive() });
export type LeaseRenewal = z.infer<typeof LeaseRenewal>;

export const HaltAnswer = z.object({ ended: z.array(LeaseEnded), readBackAt: z.number() });
export type HaltAnswer = z.infer<typeof HaltAnswer>;

export const ControlCall = z.object({ name: z.string(), input: z.unknown(), by: z.string() });
export type ControlCall = z.infer<typeof ControlCall>;

export const ControlAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    message: z.string(),
    next: z.string(),
    /** Absent: the service does not say what kind of refusal it is. */
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]).optional(),
  }),
]);
export type ControlAnswer = z.infer<typeof ControlAnswer>;

/** Running total of effects of one fault on one agent; sent at most every 50 ms while it changes. */
export const InjectionCount = z.object({
  faultId: z.string(),
  service: z.string(),
  count: z.number().int(),
  firstAt: z.number(),
  lastAt: z.number(),
});
export type InjectionCount = z.infer<typeof InjectionCount>;

/** A process was started, ended or changed state; from the host agent. `at` is epoch milliseconds. */
export const ProcessEvent = z.object({
  at: z.number(),
  service: z.string(),
  instance: z.string(),
  pid: z.number().int(),
  state: z.enum(['started', 'healthy', 'exited', 'killed', 'paused', 'resumed', 'restarted']),
  detail: z.string().default(''),
});
export type ProcessEvent = z.infer<typeof ProcessEvent>;

type Ack<T> = (answer: T) => void;

export interface HubToAgent {
  'lease.arm': (lease: Lease, ack: Ack<ArmAnswer>) => void;
  'lease.renew': (renewal: LeaseRenewal) => void;
  'lease.release': (target: { faultId: string }, ack: Ack<LeaseEnded | null>) => void;
  halt: (order: { reason: string }, ack: Ack<HaltAnswer>) => void;
  'chaos.terms': (terms: ChaosTerms) => void;
  'control.invoke': (call: ControlCall, ack: Ack<ControlAnswer>) => void;
}

export interface AgentToHub {
  hello: (hello: AgentHello) => void;
  'lease.ended': (end: LeaseEnded) => void;
  injections: (count: InjectionCount) => void;
  process: (event: ProcessEvent) => void;
}
