import { z } from 'zod';

/** What is hurt. `service` is the OpenTelemetry `service.name`; `peer` the callee's. */
export const FaultTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('service'), service: z.string().min(1), instance: z.string().optional() }),
  z.object({ kind: z.literal('edge'), from: z.string().min(1), to: z.string().min(1) }),
  /** A place in a service's own code which it named with `faultPoint`. */
  z.object({
    kind: z.literal('point'),
    service: z.string().min(1),
    instance: z.string().optional(),
    point: z.string().min(1).max(200),
  }),
  z.object({ kind: z.literal('database'), service: z.string().min(1) }),
  z.object({ kind: z.literal('consumer'), service: z.string().min(1), queue: z.string().min(1) }),
  z.object({ kind: z.literal('producer'), service: z.string().min(1), queue: z.string().min(1) }),
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

/** What a type of fault applies to. */
export interface FaultRow {
  title: string;
  targets: readonly TargetKind[];
  /** The first is meant where none is named. */
  positions: readonly FaultPosition[];
  /** Single calls are hurt, so that selectors, shares and shapes mean something. */
  perCall?: true;
  /** Statements or messages are hurt by the trace they belong to, so that a variant means something. */
  perTrace?: true;
  /** One sentence for docs/faults.md. */
  about?: string;
}

export const milliseconds = (fallback: number) =>
  z.number().int().min(0).max(600_000).default(fallback).describe('milliseconds');
