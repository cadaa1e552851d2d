import { randomUUID } from 'node:crypto';
import type { BoundSaga, SagaDefinition } from './definition.ts';
import type { SagaOutcome } from './port.ts';
import { mark, type Transcript } from './transcript.ts';

export interface NaiveParts {
  definition: SagaDefinition;
  saga: BoundSaga;
  transcript: Transcript;
}

/**
 * The textbook loop, for comparison only (protection `hardened-saga` off): it remembers the steps that reported success,
 * takes any failure for a refusal, undoes what it remembers with one call each, and has a new key for every call. A lost
 * reply, a crash in mid-call or a failing compensation leaves money and goods behind.
 */
export async function driveNaively({ definition, saga, transcript }: NaiveParts): Promise<void> {
  const { sagaId } = transcript.claim;
  const isDone = (step: string) =>
    transcript.rows.some((row) => row.step === step && row.kind === 'action' && row.status === 'OK');
  const end = async (outcome: SagaOutcome, reason: string) => {
    transcript.note(mark('', 'ENDED', reason === '' ? outcome : reason));
    const cause = reason === '' ? null : ('rejected' as const);
    await transcript.end(outcome, (tx) => saga.commitEnd(tx, { sagaId, outcome, cause, reason }));
  };
  for (const { name } of definition.plan.steps) {
    if (isDone(name)) continue;
    const key = randomUUID();
    const outcome = await saga.step(name).action(key);
    if (outcome.kind === 'ok') {
      transcript.note({ ...mark(name, 'OK', `${name} done`), kind: 'action', attempt: 1, key });
      await transcript.commit();
      continue;
    }
    await undoRemembered({ definition, saga, transcript });
    return end('compensated', `${name}: ${outcome.message}`);
  }
  await end(definition.completes, '');
}

async function undoRemembered({ definition, saga, transcript }: NaiveParts): Promise<void> {
  for (const { name, kind } of [...definition.plan.steps].reverse()) {
    const done = transcript.rows.find(
      (row) => row.step === name && row.kind === 'action' && row.status === 'OK',
    );
    if (!done || kind === 'retriable') continue;
    await saga.step(name).compensate(randomUUID(), done.key);
    transcript.note({ ...mark(name, 'COMPENSATED', `${name} undone`), kind: 'compensate', attempt: 1 });
    await transcript.commit();
  }
}
