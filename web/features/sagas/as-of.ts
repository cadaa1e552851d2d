import type { SagaDetail } from '@stormglass/agents/contract';

/** After one of these a step is not stuck any more; as the store decides it. */
const UNSTUCK = new Set(['step_completed', 'compensated', 'retried', 'skipped', 'resolved']);

/** A saga as it was at an instant: what its journal said by then. Empty before its first row. */
export function asOf(saga: SagaDetail, at: number): SagaDetail {
  const journal = saga.journal.filter((row) => row.at <= at);
  const ended = journal.findLast(({ event }) => event === 'completed');
  const stuck = journal.findLastIndex(({ event }) => event === 'stuck');
  const unstuck = journal.findLastIndex(({ event }) => UNSTUCK.has(event));
  const turned = journal.some(({ event }) => event === 'compensation_started' || event === 'compensated');
  return {
    ...saga,
    journal,
    endedAt: ended?.at ?? null,
    status: ended?.outcome ?? (stuck > unstuck ? 'stuck' : turned ? 'compensating' : 'running'),
    lastStep: journal.findLast(({ step }) => step !== '')?.step ?? '',
    events: journal.length,
  };
}
