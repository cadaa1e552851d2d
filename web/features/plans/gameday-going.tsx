'use client';
import type { GameDay } from '@stormglass/chaos/contract';
import { type FormEvent, useState } from 'react';
import { request } from '../../live/request.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { RangeLink } from '../../ui/range-link.tsx';
import { type Experiments, stepWords, type Told, told } from './gameday-words.ts';
import styles from './plans.module.css';
import { useDoing } from './queries.ts';

function Line({ line: { at, words, verdict, runId, kind } }: { line: Told }) {
  return (
    <li>
      <span className="mono ink3">{clock(at)}</span>{' '}
      <span className={kind === 'note' ? 'ink2' : undefined}>{words}</span>{' '}
      {runId === null ? null : <RangeLink href={`/chaos/runs/${runId}`}>{verdict ?? 'its run'}</RangeLink>}
    </li>
  );
}

function Note({ id }: { id: string }) {
  const [text, setText] = useState('');
  const note = useDoing(() => request('noteGameday', { params: { id }, input: { text } }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    note.mutate(undefined, { onSuccess: () => setText('') });
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-label="Note">
      <label className={`${list.label} ${styles.note}`}>
        Note, for the report
        <input
          className={list.field}
          data-size="sm"
          value={text}
          autoComplete="off"
          onChange={(e) => setText(e.target.value)}
        />
      </label>
      <Button type="submit" size="sm" disabled={text.trim() === '' || note.isPending}>
        Write down
      </Button>
      {note.error ? <ErrorNote error={note.error} /> : null}
    </form>
  );
}

/** The game day that is played: where it is, what happened so far, and what can be done. */
export function GameDayGoing({ gameday, experiments }: { gameday: GameDay; experiments: Experiments }) {
  const { id, plan, done } = gameday;
  const params = { id };
  const goOn = useDoing(() => request('continueGameday', { params }));
  const stop = useDoing(() => request('stopGameday', { params }));
  const error = goOn.error ?? stop.error;
  const step = plan.steps[done.length - 1];
  return (
    <section className={styles.going} aria-label="The game day that is played">
      <p role="status">
        <b>{plan.title}</b>, step {done.length} of {plan.steps.length}:{' '}
        {step === undefined ? 'begins' : stepWords(step, experiments)}
      </p>
      <ol className={styles.told}>
        {told(gameday, experiments).map((line) => (
          <Line key={`${line.at} ${line.words}`} line={line} />
        ))}
      </ol>
      <Note id={id} />
      <span className="row" style={{ gap: 6 }}>
        <Button
          size="sm"
          variant="primary"
          disabled={step === undefined || step.type === 'experiment' || goOn.isPending}
          onClick={() => goOn.mutate(undefined)}
        >
          Go on
        </Button>
        <ConfirmButton
          size="sm"
          variant="danger"
          ask="Press again to stop"
          onConfirm={() => stop.mutate(undefined)}
        >
          Stop
        </ConfirmButton>
      </span>
      {error ? <ErrorNote error={error} /> : null}
    </section>
  );
}
