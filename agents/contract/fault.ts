import { z } from 'zod';
import { DATABASE_ACTIONS, DATABASE_CATALOGUE } from './faults/database.ts';
import { DISCOVERY_ACTIONS, DISCOVERY_CATALOGUE } from './faults/discovery.ts';
import { HTTP_ACTIONS, HTTP_CATALOGUE } from './faults/http.ts';
import { IDENTITY_ACTIONS, IDENTITY_CATALOGUE } from './faults/identity.ts';
import { MESSAGING_ACTIONS, MESSAGING_CATALOGUE } from './faults/messaging.ts';
import { PROCESS_ACTIONS, PROCESS_CATALOGUE } from './faults/process.ts';
import { RESOURCE_ACTIONS, RESOURCE_CATALOGUE } from './faults/resource.ts';
import { FaultPosition, type FaultRow, FaultTarget, type TargetKind } from './faults/row.ts';
import { TRAFFIC_ACTIONS, TRAFFIC_CATALOGUE } from './faults/traffic.ts';

export { FaultPosition, FaultTarget, type TargetKind } from './faults/row.ts';

/** Which of the target's calls are hurt. Absent fields select everything. */
export const FaultSelector = z.object({
  /** Route template as the server knows it (`/charges`), or for an edge the request path without query. */
  route: z.string().optional(),
  method: z.string().toUpperCase().optional(),
  /** Share of selected calls, 0 < p <= 100. */
  percentage: z.number().positive().max(100).default(100),
});
export type FaultSelector = z.infer<typeof FaultSelector>;

export const FaultAction = z.discriminatedUnion('type', [
  ...HTTP_ACTIONS,
  ...DATABASE_ACTIONS,
  ...MESSAGING_ACTIONS,
  ...PROCESS_ACTIONS,
  ...RESOURCE_ACTIONS,
  ...IDENTITY_ACTIONS,
  ...DISCOVERY_ACTIONS,
  ...TRAFFIC_ACTIONS,
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
  ...HTTP_CATALOGUE,
  ...DATABASE_CATALOGUE,
  ...MESSAGING_CATALOGUE,
  ...PROCESS_CATALOGUE,
  ...RESOURCE_CATALOGUE,
  ...IDENTITY_CATALOGUE,
  ...DISCOVERY_CATALOGUE,
  ...TRAFFIC_CATALOGUE,
} as const satisfies Record<FaultType, FaultRow>;

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
