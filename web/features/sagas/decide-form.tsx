'use client';
import { useState } from 'react';
import type { SagaDecision } from '../../live/api.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, plural } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import type { StuckStep } from './model.ts';
import { useDecideSaga } from './queries.ts';
import styles from './sagas.module.css';

/** Fewer letters say nothing; the service refuses them, too. */
const LEAST_REASON = 3;

const DONE_WORDS: Record<SagaDecision['do'], string> = {
  retry: 'It is tried again now.',
  skip: 'Skipped: its effect stays as it is.',
  resolve: 'Taken as done.',
};

function Situation({ stuck }: { stuck: StuckStep }) {
  return (
    <div className={styles.situation}>
      <h2>
        <span className="failing">Stuck:</span> {stuck.step} is not {stuck.undoing ? 'undone' : 'done'}
      </h2>
      <p className="cap ink2">
        since {clock(stuck.since)}, {plural(stuck.attempts, 'attempt')}; it is still being tried. Last:{' '}
        {stuck.failure}
      </p>
    </div>
  );
}

/** The manual-intervention queue as it concerns one saga: what waits for a person, and what can be decided. */
export function DecideForm({ sagaId, stuck }: { sagaId: string; stuck: StuckStep }) {
  const decide = useDecideSaga(sagaId);
  const [reason, setReason] = useState('');
  const given = reason.trim();
  const send = (what: SagaDecision['do']) => decide.mutate({ do: what, step: stuck.step, reason: given });
  const idle = !decide.isPending;
  return (
    <section className={styles.decide} aria-label="Waiting for a person">
      <Situation stuck={stuck} />
      <div className={styles.choices}>
        <Button size="sm" disabled={!idle} onClick={() => send('retry')}>
          Retry now
        </Button>
        <label className={`${list.label} ${styles.reason}`}>
          Reason, for the journal; skip and mark done need one
          <input
            className={list.field}
            data-size="sm"
            value={reason}
            maxLength={300}
            autoComplete="off"
            onChange={(e) => setReason(e.target.value)}
          />
        </label>
        <ConfirmButton
          size="sm"
          ask="Press again: done by hand"
          disabled={!idle || given.length < LEAST_REASON}
          onConfirm={() => send('resolve')}
        >
          Mark done
        </ConfirmButton>
        <ConfirmButton
          size="sm"
          variant="danger"
          ask="Press again: leave it as it is"
          disabled={!idle || given.length < LEAST_REASON}
          onConfirm={() => send('skip')}
        >
          Skip
        </ConfirmButton>
      </div>
      {decide.data && decide.variables ? (
        <p className="cap ink2" role="status">
          {DONE_WORDS[decide.variables.do]}
        </p>
      ) : null}
      {decide.error ? <ErrorNote error={decide.error} /> : null}
    </section>
  );
}
