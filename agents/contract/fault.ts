import { z } from 'zod';
import { DATABASE_ACTIONS, DATABASE_CATALOGUE } from './faults/database.ts';
import { DISCOVERY_ACTIONS, DISCOVERY_CATALOGUE } from './faults/discovery.ts';
import { HTTP_ACTIONS, HTTP_CATALOGUE } from './faults/http.ts';
import { IDENTITY_ACTIONS, IDENTITY_CATALOGUE } from './faults/identity.ts';
import { MESSAGING_ACTIONS, MESSAGING_CATALOGUE } from './faults/messaging.ts';
import { NETWORK_ACTIONS, NETWORK_CATALOGUE } from './faults/network.ts';
import { type Parameter, parametersIn } from './faults/parameter.ts';
import { PROCESS_ACTIONS, PROCESS_CATALOGUE } from './faults/process.ts';
import { RESOURCE_ACTIONS, RESOURCE_CATALOGUE } from './faults/resource.ts';
import { FaultPosition, type FaultRow, FaultTarget, type TargetKind } from './faults/row.ts';
import { FaultSelector } from './faults/selector.ts';
import { FaultShape, SHAPES } from './faults/shape.ts';
import { TRAFFIC_ACTIONS, TRAFFIC_CATALOGUE } from './faults/traffic.ts';

export { CALL_FAULTS, type CallAction } from './faults/http.ts';
export type { Parameter } from './faults/parameter.ts';
export { FaultPosition, FaultTarget, type TargetKind } from './faults/row.ts';
export * from './faults/scope.ts';
export { FaultSelector } from './faults/selector.ts';
export { FaultShape, SHAPE_TITLES } from './faults/shape.ts';
export { inVariant, TraceVariant, unit } from './faults/variant.ts';

const ACTIONS = [
  ...HTTP_ACTIONS,
  ...DATABASE_ACTIONS,
  ...MESSAGING_ACTIONS,
  ...PROCESS_ACTIONS,
  ...NETWORK_ACTIONS,
  ...RESOURCE_ACTIONS,
  ...IDENTITY_ACTIONS,
  ...DISCOVERY_ACTIONS,
  ...TRAFFIC_ACTIONS,
] as const;
export const FaultAction = z.discriminatedUnion('type', ACTIONS);
export type FaultAction = z.infer<typeof FaultAction>;
export type FaultType = FaultAction['type'];

/** Longest life of a fault, whoever renews it. CHAOS.md section 2. */
export const MAX_FAULT_MS = 600_000;

const SpecFields = z.object({
  action: FaultAction,
  target: FaultTarget,
  /** When nobody says: the first that a fault of this type can have. */
  position: FaultPosition.default('before'),
  /** At position `late`: milliseconds after the caller was answered, or gave up, until the call is made; 1000 if absent. */
  lateMs: z.number().int().min(0).max(600_000).optional(),
  selector: FaultSelector.prefault({}),
  /** When, over its life, calls are hurt; absent: always. */
  shape: FaultShape.optional(),
  /** Decisions are hash(seed, faultId, traceId, operation): the same requests fail again on a replay. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Milliseconds from arming to the automatic end. */
  durationMs: z.number().int().min(100).max(MAX_FAULT_MS).default(30_000),
  /** Stop injecting after so many effects. */
  maxAffected: z.number().int().positive().optional(),
  reason: z.string().max(500).optional(),
});

/** What each fault applies to, one row a type. Forms, validation and docs are made from it. */
export const FAULT_CATALOGUE = {
  ...HTTP_CATALOGUE,
  ...DATABASE_CATALOGUE,
  ...MESSAGING_CATALOGUE,
  ...PROCESS_CATALOGUE,
  ...NETWORK_CATALOGUE,
  ...RESOURCE_CATALOGUE,
  ...IDENTITY_CATALOGUE,
  ...DISCOVERY_CATALOGUE,
  ...TRAFFIC_CATALOGUE,
} as const satisfies Record<FaultType, FaultRow>;

/** A fault of a known type whose asker left its position open. */
const Unplaced = z.looseObject({
  action: z.looseObject({ type: z.enum(Object.keys(FAULT_CATALOGUE) as FaultType[]) }),
  position: z.undefined().optional(),
});

/** A fault as somebody asks for it. */
export const FaultSpec = z.preprocess((raw) => {
  const { data } = Unplaced.safeParse(raw);
  return data ? { ...data, position: rowOf(data.action.type).positions[0] } : raw;
}, SpecFields);
export type FaultSpec = z.infer<typeof FaultSpec>;
/** What may be left out is. */
export type FaultWish = z.input<typeof SpecFields>;

export function rowOf(type: FaultType): FaultRow {
  return FAULT_CATALOGUE[type];
}

const parameters = new Map<FaultType, Parameter[]>();

/** The parameters of a type of fault, as its schema describes them. */
export function parametersOf(type: FaultType): readonly Parameter[] {
  const known = parameters.get(type);
  if (known) return known;
  const schema = ACTIONS.find(({ shape }) => shape.type.value === type);
  const made = schema ? parametersIn(schema) : [];
  parameters.set(type, made);
  return made;
}

/** The parameters of each shape. */
export function shapeParameters(type: FaultShape['type']): readonly Parameter[] {
  const schema = SHAPES.find(({ shape }) => shape.type.value === type);
  return schema ? parametersIn(schema) : [];
}

/** Only who sends a call can send it later, or again. */
const CALLER_POSITIONS: readonly FaultPosition[] = ['late', 'duplicate'];

/** Where in a call a fault of that type can strike such a target. */
export function positionsOf(type: FaultType, target: TargetKind): FaultPosition[] {
  // A point in the code has no reply.
  if (target === 'point') return ['before'];
  return rowOf(type).positions.filter(
    (position) => target === 'edge' || !CALLER_POSITIONS.includes(position),
  );
}

/** It can hurt a part of the traces and leave the others alone. */
export function sparesTraces(type: FaultType): boolean {
  const { perCall, perTrace } = rowOf(type);
  return perCall === true || perTrace === true;
}

/** Why a spec that parses cannot mean anything, in words; null when it is fine. */
export function faultProblem(spec: FaultSpec): string | null {
  const { targets, perCall } = rowOf(spec.action.type);
  const { variant } = spec.selector;
  if (!targets.includes(spec.target.kind)) {
    return `${spec.action.type} applies to ${targets.join(' or ')}, not to ${spec.target.kind}`;
  }
  const positions = positionsOf(spec.action.type, spec.target.kind);
  if (!positions.includes(spec.position)) {
    const where = spec.target.kind === 'edge' ? 'an edge' : `a ${spec.target.kind}`;
    return `${spec.action.type} on ${where} can be injected ${positions.join(' or ')}, not ${spec.position}`;
  }
  if (!perCall && spec.shape) return `${spec.action.type} hurts no single calls, so it has no shape`;
  if (variant && !sparesTraces(spec.action.type)) {
    return `${spec.action.type} hurts all traces, so it has no variant`;
  }
  return null;
}

/** The service whose agent (or whose host agent) injects a fault on this target. */
export function injectingService(target: FaultTarget): string {
  return target.kind === 'edge' ? target.from : target.service;
}
