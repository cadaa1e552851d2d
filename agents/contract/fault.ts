import { z } from 'zod';
import { NETWORK_ACTIONS, NETWORK_CATALOGUE } from './network-fault.ts';

/** What is hurt. `service` is the OpenTelemetry `service.name`; `peer` the callee's. */
export const FaultTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('service'), service: z.string().min(1), instance: z.string().optional() }),
  z.object({ kind: z.literal('edge'), from: z.string().min(1), to: z.string().min(1) }),
  z.object({ kind: z.literal('database'), service: z.string().min(1) }),
  z.object({ kind: z.literal('consumer'), service: z.string().min(1), queue: z.string().min(1) }),
  z.object({ kind: z.literal('process'), service: z.string().min(1), instance: z.string().optional() }),
  /** The TCP proxy of that name: it stands between a service and its database, or before `broker`. */
  z.object({ kind: z.literal('proxy'), service: z.string().min(1) }),
]);
export type FaultTarget = z.infer<typeof FaultTarget>;
export type TargetKind = FaultTarget['kind'];

/**
 * `before`: nothing happened yet. `after`: the effect is committed, the reply is lost. `late`: the call is made after the
 * caller was refused, or gave up. `duplicate`: the call is made twice.
 */
export const FaultPosition = z.enum(['before', 'after', 'late', 'duplicate']);
export type FaultPosition = z.infer<typeof FaultPosition>;

/** Which of the target's calls are hurt. Absent fields select everything. */
export const FaultSelector = z.object({
  /** Route template as the server knows it (`/charges`), or for an edge the request path without query. */
  route: z.string().optional(),
  method: z.string().toUpperCase().optional(),
  /** Share of selected calls, 0 < p <= 100. */
  percentage: z.number().positive().max(100).default(100),
});
export type FaultSelector = z.infer<typeof FaultSelector>;

const ms = (fallback: number) =>
  z.number().int().min(0).max(600_000).default(fallback).describe('milliseconds');

export const FaultAction = z.discriminatedUnion('type', [
  z.object({ type: z.literal('latency'), ms: ms(1000), jitterMs: ms(0) }),
  z.object({
    type: z.literal('error'),
    status: z.number().int().min(400).max(599).default(503),
    body: z.string().max(4096).default('{"error":"injected by stormglass"}'),
  }),
  z.object({ type: z.literal('hang') }),
  /** A real TCP RST where this process is the server; the same error where it is the client. */
  z.object({ type: z.literal('reset') }),
  z.object({ type: z.literal('database_outage') }),
  /** Holds a table exclusively: every statement on it waits. */
  z.object({ type: z.literal('lock_contention'), table: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/) }),
  z.object({
    type: z.literal('pool_exhaustion'),
    /** Connections taken of each pool; absent: all of them. */
    connections: z.number().int().min(1).max(1_000).optional(),
    /** Only pools of this database; absent: all pools of the process. */
    database: z.string().optional(),
  }),
  z.object({ type: z.literal('consumer_stop') }),
  z.object({ type: z.literal('process_kill'), restartAfterMs: ms(2000) }),
  z.object({ type: z.literal('process_pause') }),
  ...NETWORK_ACTIONS,
]);
export type FaultAction = z.infer<typeof FaultAction>;
export type FaultType = FaultAction['type'];

/** Longest life of a fault, whoever renews it. CHAOS.md section 2. */
export const MAX_FAULT_MS = 600_000;

/** A fault as somebody asks for it. */
export const FaultSpec = z.object({
  action: FaultAction,
  target: FaultTarget,
  position: FaultPosition.default('before'),
  /** At position `late`: milliseconds after the caller was answered, or gave up, until the call is made; 1000 if absent. */
  lateMs: z.number().int().min(0).max(600_000).optional(),
  selector: FaultSelector.prefault({}),
  /** Decisions are hash(seed, faultId, traceId, operation): the same requests fail again on a replay. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Milliseconds from arming to the automatic end. */
  durationMs: z.number().int().min(100).max(MAX_FAULT_MS).default(30_000),
  /** Stop injecting after so many effects. */
  maxAffected: z.number().int().positive().optional(),
  reason: z.string().max(500).optional(),
});
export type FaultSpec = z.infer<typeof FaultSpec>;

/** What each fault applies to, one row a type. Forms, validation and docs are made from it. */
export const FAULT_CATALOGUE = {
  latency: { title: 'Latency', targets: ['service', 'edge'], positions: ['before', 'after', 'duplicate'] },
  error: { title: 'Error answer', targets: ['service', 'edge'], positions: ['before', 'after', 'late'] },
  hang: { title: 'Hang', targets: ['service', 'edge'], positions: ['before', 'after', 'late'] },
  reset: { title: 'Connection reset', targets: ['service', 'edge'], positions: ['before', 'after', 'late'] },
  database_outage: { title: 'Database outage', targets: ['database'], positions: ['before'] },
  lock_contention: { title: 'Table locked', targets: ['database'], positions: ['before'] },
  pool_exhaustion: { title: 'Connection pool exhausted', targets: ['service'], positions: ['before'] },
  consumer_stop: { title: 'Consumer stop', targets: ['consumer'], positions: ['before'] },
  process_kill: { title: 'Kill (SIGKILL)', targets: ['process'], positions: ['before'] },
  process_pause: { title: 'Pause (SIGSTOP)', targets: ['process'], positions: ['before'] },
  ...NETWORK_CATALOGUE,
} as const satisfies Record<
  FaultType,
  { title: string; targets: readonly TargetKind[]; positions: readonly FaultPosition[] }
>;

/** Only who sends a call can send it later, or again. */
const CALLER_POSITIONS: readonly FaultPosition[] = ['late', 'duplicate'];

/** Where in a call a fault of that type can strike such a target. */
export function positionsOf(type: FaultType, target: TargetKind): FaultPosition[] {
  const { positions } = FAULT_CATALOGUE[type];
  return positions.filter((position) => target === 'edge' || !CALLER_POSITIONS.includes(position));
}

/** Why a spec that parses cannot mean anything, in words; null when it is fine. */
export function faultProblem(spec: FaultSpec): string | null {
  const row = FAULT_CATALOGUE[spec.action.type];
  const targets: readonly TargetKind[] = row.targets;
  if (!targets.includes(spec.target.kind)) {
    return `${spec.action.type} applies to ${targets.join(' or ')}, not to ${spec.target.kind}`;
  }
  const positions = positionsOf(spec.action.type, spec.target.kind);
  if (!positions.includes(spec.position)) {
    const where = spec.target.kind === 'edge' ? 'an edge' : `a ${spec.target.kind}`;
    return `${spec.action.type} on ${where} can be injected ${positions.join(' or ')}, not ${spec.position}`;
  }
  return null;
}

/** The service whose agent (or whose host agent) injects a fault on this target. */
export function injectingService(target: FaultTarget): string {
  return target.kind === 'edge' ? target.from : target.service;
}
