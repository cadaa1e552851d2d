'use client';
import type { GameDay } from '@stormglass/chaos/contract';
import { type FormEvent, useState } from 'react';
import { request } from '../../live/request.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { dateTime } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Band } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { Tag } from '../../ui/tag.tsx';
import styles from './plans.module.css';
import { useDoing, useGameDays } from './queries.ts';

function stepWords({ plan, done }: GameDay): string {
  const step = plan.steps[done.length - 1];
  if (step === undefined) return 'begins';
  if (step.type === 'experiment') return `runs ${step.id}`;
  return step.type === 'ask' ? step.says : `pause of ${step.seconds} s${step.says ? `: ${step.says}` : ''}`;
}

function Going({ gameday }: { gameday: GameDay }) {
  const params = { id: gameday.id };
  const [text, setText] = useState('');
  const note = useDoing(() => request('noteGameday', { params, input: { text } }));
  const goOn = useDoing(() => request('continueGameday', { params }));
  const stop = useDoing(() => request('stopGameday', { params }));
  const error = note.error ?? goOn.error ?? stop.error;
  const waits = gameday.plan.steps[gameday.done.length - 1]?.type !== 'experiment';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    note.mutate(undefined, { onSuccess: () => setText('') });
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-label="The game day that is played">
      <p style={{ flexBasis: '100%' }}>
        <b>{gameday.plan.title}</b>, step {gameday.done.length} of {gameday.plan.steps.length}:{' '}
        {stepWords(gameday)}
      </p>
      <label className={`${list.label} ${styles.note}`}>
        Note, for the report
        <input className={list.field} data-size="sm" value={text} onChange={(e) => setText(e.target.value)} />
      </label>
      <Button type="submit" size="sm" disabled={text.trim() === '' || note.isPending}>
        Write down
      </Button>
      <Button
        size="sm"
        variant="primary"
        disabled={!waits || goOn.isPending}
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
      {error ? <ErrorNote error={error} /> : null}
    </form>
  );
}

/** Game days: the one that is played, and those that were. */
export function GameDaysBand() {
  const gamedays = useGameDays();
  const going = gamedays.data?.gamedays.find(({ state }) => state === 'running');
  return (
    <Band title="Game days" about="experiments in a row, with pauses, questions and notes">
      {going ? <Going key={going.id} gameday={going} /> : null}
      <QueryState query={gamedays} rows={2}>
        {(data) =>
          data.gamedays.length === 0 ? (
            <CommandLine command="npm run -s stormglass -- gameday start chaos/gamedays/first-hour.yaml" />
          ) : (
            <ListTable label="Game days" columns={['Started', 'Title', 'State', 'Steps', 'Notes', 'Why']}>
              {data.gamedays.map(({ id, startedAt, plan, state, done, notes, why }) => (
                <tr key={id}>
                  <td>{dateTime(startedAt)}</td>
                  <td>{plan.title}</td>
                  <td>
                    <Tag hue={state === 'ended' ? 'ok' : 'neutral'}>{state}</Tag>
                  </td>
                  <td>
                    {done.length} of {plan.steps.length}
                  </td>
                  <td>{notes.length}</td>
                  <td className={list.wide} title={why}>
                    {why}
                  </td>
                </tr>
              ))}
            </ListTable>
          )
        }
      </QueryState>
    </Band>
  );
}
