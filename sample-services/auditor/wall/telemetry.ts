import { metrics } from '@opentelemetry/api';
import { EVENT, INVARIANT_ATTR, METRIC } from '@stormglass/agents/contract';
import { addMetricsSource, emitEvent, withRemoteContext } from '@stormglass/agents/node';
import type { Violation, WallEntry } from './wall.ts';

const STATES = { OK: 'ok', PENDING: 'pending', UNKNOWN: 'unknown', VIOLATION: 'violated' } as const;

/** Says the wall as telemetry. */
export class WallTelemetry {
  readonly #violations;
  readonly #consistency;

  constructor(entries: readonly WallEntry[]) {
    const meter = metrics.getMeter('stormglass.auditor');
    this.#violations = meter.createCounter(METRIC.invariantViolations, { unit: '{violation}' });
    this.#consistency = meter.createHistogram(METRIC.sagaTimeToConsistency, { unit: 's' });
    meter.createObservableGauge(METRIC.invariantStatus).addCallback((result) => {
      for (const { invariant, verdict } of entries) {
        for (const [name, status] of Object.entries(STATES)) {
          const attributes = { [INVARIANT_ATTR.id]: invariant.id, [INVARIANT_ATTR.status]: status };
          result.observe(name === verdict ? 1 : 0, attributes);
        }
      }
    });
    addMetricsSource((registry, prom) => {
      const gauge = new prom.Gauge({
        name: 'stormglass_invariant_status',
        help: '1 for the verdict that an invariant has, 0 for the others.',
        labelNames: ['id', 'status'],
        registers: [registry],
      });
      for (const { invariant, verdict } of entries) {
        for (const [name, status] of Object.entries(STATES)) {
          gauge.set({ id: invariant.id, status }, name === verdict ? 1 : 0);
        }
      }
    });
  }

  count(entry: WallEntry, fresh: readonly Violation[]): void {
    if (fresh.length > 0) this.#violations.add(fresh.length, { [INVARIANT_ATTR.id]: entry.invariant.id });
  }

  changed(entry: WallEntry, kind: 'violated' | 'restored'): void {
    const { id, title } = entry.invariant;
    const [first] = entry.violations;
    const detail =
      first === undefined ? title : `${about(first)}expected ${first.expected}; found ${first.found}`;
    const attributes = { [INVARIANT_ATTR.id]: id, [INVARIANT_ATTR.detail]: detail };
    const say = () =>
      emitEvent(kind === 'violated' ? EVENT.invariantViolated : EVENT.invariantRestored, attributes, {
        body: kind === 'violated' ? `${id} is violated: ${detail}` : `${id} holds again: ${title}`,
        warn: kind === 'violated',
      });
    const traceId = first?.traceId ?? '';
    // In the trace of the order it is about, so that one click leads there.
    if (traceId === '') say();
    else withRemoteContext({ traceparent: `00-${traceId}-${traceId.slice(0, 16)}-01` }, say);
  }

  acknowledged({ invariant }: WallEntry, count: number, reason: string): void {
    const attributes = { [INVARIANT_ATTR.id]: invariant.id, [INVARIANT_ATTR.detail]: reason };
    const body = `${count} violations of ${invariant.id} are known from now on: ${reason}`;
    emitEvent(EVENT.invariantAcknowledged, attributes, { body });
  }

  consistent(mode: string, seconds: number): void {
    this.#consistency.record(seconds, { 'saga.mode': mode });
  }
}

const about = ({ orderId }: Violation): string => (orderId === null ? '' : `order ${orderId}: `);
