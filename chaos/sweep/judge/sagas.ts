import type { SagaSummary } from '@stormglass/agents/contract';
import type { SagaCount } from '../../contract/index.ts';
import { TwoStreams } from '../sequential/two-streams.ts';

const LOST: readonly string[] = ['stuck', 'failed'];
const GIVEN_UP = 'compensated';

export interface SagaEnds {
  variant: SagaCount;
  control: SagaCount;
  /** That sagas of the variant end badly more often. */
  evidence: number;
}

/** How the sagas ended that began while the fault was on, oldest first. What is still under way has no end to compare. */
export function sagaEnds(sagas: readonly SagaSummary[], inVariant: (traceId: string) => boolean): SagaEnds {
  const streams = new TwoStreams();
  const counts = {
    variant: { ended: 0, compensated: 0, lost: 0 },
    control: { ended: 0, compensated: 0, lost: 0 },
  };
  const ended = sagas.filter(({ endedAt, status }) => endedAt !== null || status === 'stuck');
  for (const { traceId, status } of ended.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const of = inVariant(traceId) ? 'variant' : 'control';
    const lost = LOST.includes(status);
    counts[of].ended++;
    counts[of].lost += Number(lost);
    counts[of].compensated += Number(status === GIVEN_UP);
    streams.add(of === 'variant' ? 'first' : 'second', lost || status === GIVEN_UP);
  }
  return { ...counts, evidence: streams.evidence };
}
