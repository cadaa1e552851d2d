'use client';
import type { DeadLetter } from '@stormglass/agents/contract';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, plural, shortId } from '../../ui/format.ts';
import { ChevronIcon } from '../../ui/icons.tsx';
import { list } from '../../ui/list.ts';
import { Panel } from '../../ui/panel.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { type DeadGroup, groupDeadLetters, payloadText } from './dead-letters.ts';
import { useDeadLetters, useQueueAction } from './queries.ts';
import styles from './queues.module.css';
import { actionWords } from './words.ts';

const SHOWN = 5;

function Letter({ letter }: { letter: DeadLetter }) {
  return (
    <article className={styles.letter}>
      <div className="row cap" style={{ flexWrap: 'wrap' }}>
        <b>msg {letter.id}</b>
        <span className="ink2">{letter.name}</span>
        <span className="gap" />
        <span className="ink3">
          {letter.attempts > 0 ? `${plural(letter.attempts, 'attempt')}, ` : ''}dead at{' '}
          {clock(letter.failedAt, 3)}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long payload scrolls, so the keyboard must reach it */}
      <pre tabIndex={0}>{payloadText(letter.payload)}</pre>
      <div className="cap ink3">
        Failing trace{' '}
        {letter.traceId === '' ? (
          'unknown'
        ) : (
          <RangeLink href={`/traces/${letter.traceId}`}>
            <span className="mono ink1">{shortId(letter.traceId)}</span>
          </RangeLink>
        )}
      </div>
    </article>
  );
}

function Group({ group, open }: { group: DeadGroup; open: boolean }) {
  const more = group.letters.length - SHOWN;
  return (
    <details className={styles.group} open={open}>
      <summary>
        <ChevronIcon />
        <b>{group.error}</b>
        <span className="strong">{group.letters.length}</span>
      </summary>
      <p className={`${styles.times} cap ink3`}>
        {group.firstAt === null ? 'Time unknown' : `${clock(group.firstAt)} to ${clock(group.lastAt)}`}
      </p>
      {group.letters.slice(0, SHOWN).map((l) => (
        <Letter key={l.id} letter={l} />
      ))}
      {more > 0 ? <p className={`${styles.times} cap ink3`}>{more} more with the same error</p> : null}
    </details>
  );
}

function Purge({ queue, dead, can }: { queue: string; dead: number; can: boolean }) {
  const act = useQueueAction(queue);
  const [typed, setTyped] = useState('');
  return (
    <div className={styles.purge}>
      <div className="row" style={{ marginBottom: 10 }}>
        <Button
          size="sm"
          disabled={!can || dead === 0 || act.isPending}
          title="The newest letter, to see whether it gets through now"
          onClick={() => act.mutate({ action: 'redrive', limit: 1 })}
        >
          Redrive one
        </Button>
        <Button
          size="sm"
          disabled={!can || dead === 0 || act.isPending}
          onClick={() => act.mutate({ action: 'redrive' })}
        >
          Redrive all {dead}
        </Button>
        {can ? null : <span className="cap ink3">no queue agent is connected</span>}
      </div>
      <label className="cap ink2" htmlFor="purge-name">
        To purge, type the name of the queue
      </label>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          act.mutate({ action: 'purge', confirm: typed }, { onSuccess: () => setTyped('') });
        }}
      >
        <input
          id="purge-name"
          className={list.field}
          data-size="sm"
          value={typed}
          autoComplete="off"
          placeholder={queue}
          onChange={(e) => setTyped(e.target.value)}
        />
        <Button size="sm" type="submit" variant="danger" disabled={typed !== queue || !can || act.isPending}>
          Purge
        </Button>
      </form>
      {act.data ? (
        <p className="cap ink2" role="status">
          {actionWords(act.data.action, act.data.result)}
        </p>
      ) : null}
      {act.error ? <ErrorNote error={act.error} /> : null}
    </div>
  );
}

interface Props {
  queue: string;
  dead: number;
  offered: readonly string[];
  close: () => void;
}

/** The dead letters of a queue by what killed them, with payload and failing trace. */
export function DeadDrawer({ queue, dead, offered, close }: Props) {
  const query = useDeadLetters(queue, dead);
  const can = offered.some((a) => a === 'redrive' || a === 'queue.redrive');
  return (
    <Panel
      label={`Dead letters of ${queue}`}
      title={`${queue}, dead letters`}
      subtitle={plural(dead, 'message')}
      onClose={close}
    >
      <QueryState query={query} rows={5} rowHeight={60}>
        {(data) =>
          data.letters.length === 0 ? (
            <p className="ink2" style={{ padding: '12px 14px' }}>
              No message is dead. One comes here after its last attempt failed; its error, payload and trace
              stay with it.
            </p>
          ) : (
            <>
              {groupDeadLetters(data.letters).map((g, i) => (
                <Group key={g.error} group={g} open={i === 0} />
              ))}
              {data.total > data.letters.length ? (
                <p className={`${styles.times} cap ink3`}>
                  The newest {data.letters.length} of {data.total}
                </p>
              ) : null}
            </>
          )
        }
      </QueryState>
      <Purge queue={queue} dead={dead} can={can} />
    </Panel>
  );
}
