import { context, metrics, ROOT_CONTEXT } from '@opentelemetry/api';
import {
  EVENT,
  type FaultTarget,
  type InjectionCount,
  type Lease,
  type LeaseEnded,
  METRIC,
  RECEIPT_ATTR,
} from '../contract/index.ts';
import type { Clock } from './clock.ts';
import { emitEvent } from './events.ts';
import { type Injector, LeaseTable } from './leases.ts';
import { addMetricsSource } from './metrics-text.ts';

export interface ChaosOptions {
  clock: Clock;
  allowed: boolean;
  self: { service: string; instance: string };
  injectors: readonly Injector[];
  /** To the hub. */
  tell: { injections(count: InjectionCount): void; leaseEnded(end: LeaseEnded): void };
}

/** The lease table of a process, with everything it says: to the hub, as events, and as metrics. */
export function startChaos(options: ChaosOptions): LeaseTable {
  const { clock, self, tell } = options;
  const injected = metrics.getMeter('stormglass.chaos').createCounter(METRIC.chaosInjections);
  const firstAt = new Map<string, number>();
  const totals = new Map<string, number>();
  addMetricsSource((registry, prom) => {
    const total = new prom.Counter({
      name: 'stormglass_chaos_injections_total',
      help: 'Effects of injected faults.',
      labelNames: ['type'],
      registers: [registry],
    });
    for (const [type, n] of totals) total.inc({ type }, n);
  });
  return new LeaseTable({
    clock,
    allowed: options.allowed,
    self,
    injectors: options.injectors,
    onArmed: (lease) =>
      emitEvent(EVENT.faultArmed, describe(lease), {
        context: ROOT_CONTEXT,
        body: `fault ${lease.faultId} armed: ${lease.spec.action.type} on ${targetName(lease.spec.target)}`,
      }),
    onEffect: (lease, count) => {
      const { type } = lease.spec.action;
      injected.add(1, describe(lease));
      totals.set(type, (totals.get(type) ?? 0) + 1);
      const first = firstAt.get(lease.faultId) ?? clock.wall();
      // Each effect is on its span; as an event the first one is enough.
      if (count === 1) {
        firstAt.set(lease.faultId, first);
        emitEvent(EVENT.faultInjected, describe(lease), { context: context.active() });
      }
      const { faultId } = lease;
      tell.injections({ faultId, service: self.service, count, firstAt: first, lastAt: clock.wall() });
    },
    onEnded: (end, lease) => {
      firstAt.delete(end.faultId);
      tell.leaseEnded(end);
      const attributes = {
        ...describe(lease),
        'chaos.end.reason': end.reason,
        'chaos.read_back': end.readBack,
      };
      const about = {
        context: ROOT_CONTEXT,
        body: `fault ${end.faultId} ended: ${end.reason}, ${end.readBack}`,
      };
      if (end.reason === 'expired') emitEvent(EVENT.faultExpired, attributes, about);
      if (end.reverted) emitEvent(EVENT.faultReverted, attributes, about);
    },
  });
}

function describe(lease: Lease): Record<string, string> {
  return {
    [RECEIPT_ATTR.faultId]: lease.faultId,
    [RECEIPT_ATTR.runId]: lease.runId ?? '',
    [RECEIPT_ATTR.faultType]: lease.spec.action.type,
    [RECEIPT_ATTR.position]: lease.spec.position,
    target: targetName(lease.spec.target),
  };
}

function targetName(target: FaultTarget): string {
  switch (target.kind) {
    case 'edge':
      return `${target.from}->${target.to}`;
    case 'consumer':
    case 'producer':
      return `${target.service}/${target.queue}`;
    case 'point':
      return `${target.service}#${target.point}`;
    case 'service':
    case 'database':
    case 'process':
    case 'proxy':
      return target.service;
  }
}
