import { metrics } from '@opentelemetry/api';
import { METRIC } from '@stormglass/agents/contract';
import type { Held } from './lease.ts';

/** Reports the fencing epoch of a lease for as long as this process has it; gives back what ends that. */
export function reportEpoch(current: () => Held | null): () => void {
  const gauge = metrics.getMeter('stormglass.shop').createObservableGauge(METRIC.leaseEpoch, { unit: '1' });
  const observe: Parameters<typeof gauge.addCallback>[0] = (result) => {
    const held = current();
    if (held) result.observe(held.epoch, { 'lease.name': held.name });
  };
  gauge.addCallback(observe);
  return () => gauge.removeCallback(observe);
}
