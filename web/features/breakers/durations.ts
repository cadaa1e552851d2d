import { mergeSketches, quantile, type Timeline } from '@stormglass/agents/contract';

/** Durations of calls through a breaker, ms; null without a call. */
export interface Durations {
  calls: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Quantiles of the calls service -> peer in [from, to), epoch ms, from the caller's spans. */
export function durations(
  timeline: Pick<Timeline, 'traffic'>,
  service: string,
  peer: string,
  from: number,
  to: number,
): Durations {
  const cells = timeline.traffic.filter(
    (c) =>
      c.kind === 'client' &&
      c.service === service &&
      c.peer === peer &&
      c.second * 1000 >= from &&
      c.second * 1000 < to,
  );
  const sketch = mergeSketches(cells.map((c) => c.durations));
  return {
    calls: cells.reduce((n, c) => n + c.calls, 0),
    p50: quantile(sketch, 0.5),
    p95: quantile(sketch, 0.95),
    p99: quantile(sketch, 0.99),
  };
}

/** A call that helped to trip the breaker. */
export interface TrippingCall {
  at: number;
  traceId: string;
  what: string;
}

/** The calls up to `until` (epoch ms), newest first: those that tripped it, and those a fault touched on the callee. */
export function trippingCalls(
  timeline: Pick<Timeline, 'transitions' | 'receipts'>,
  cell: { service: string; name: string; peer: string },
  until: number,
  count: number,
): TrippingCall[] {
  const opened = timeline.transitions
    .filter((t) => t.service === cell.service && t.name === cell.name && t.to === 'open' && t.traceId !== '')
    .map((t) => ({ at: t.at, traceId: t.traceId, what: 'opened it' }));
  const hurt = timeline.receipts
    .filter((r) => r.service === cell.peer)
    .map((r) => ({ at: r.at, traceId: r.traceId, what: `${r.faultType} by a fault` }));
  const seen = new Set<string>();
  return [...opened, ...hurt]
    .sort((a, b) => b.at - a.at)
    .filter((c) => c.at <= until && !seen.has(c.traceId) && seen.add(c.traceId))
    .slice(0, count);
}
