'use client';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { AskButton } from '../../ui/confirming.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { plural } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { Panel } from '../../ui/panel.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { DeadGroupView } from './dead-group.tsx';
import { groupDeadLetters } from './dead-letters.ts';
import { type QueueActing, useDeadLetters, useQueueAction } from './queries.ts';
import styles from './queues.module.css';
import { actionWords, redriveWords } from './words.ts';

/** Letters asked for at first and with each press, and the most that are given at once. */
const STEP = 100;
const MOST = 1_000;

interface FootProps {
  act: QueueActing;
  queue: string;
  dead: number;
  can: boolean;
}

function Foot({ act, queue, dead, can }: FootProps) {
  const [typed, setTyped] = useState('');
  return (
    <div className={styles.purge}>
      <div className="row" style={{ marginBottom: 10 }}>
        <Button
          size="sm"
          disabled={!can || dead === 0 || act.isPending}
          title="The one that the broker gives first, to see whether it gets through now"
          onClick={() => act.mutate({ action: 'redrive', limit: 1 })}
        >
          Redrive one
        </Button>
        <AskButton
          size="sm"
          disabled={!can || dead === 0 || act.isPending}
          onConfirm={() => act.mutate({ action: 'redrive' })}
          {...redriveWords(queue, dead)}
        >
          Redrive all {dead}
        </AskButton>
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
  const [limit, setLimit] = useState(STEP);
  const query = useDeadLetters(queue, dead, limit);
  const act = useQueueAction(queue);
  const can = offered.some((a) => a === 'redrive' || a === 'queue.redrive');
  const redrive = can && !act.isPending ? (id: string) => act.mutate({ action: 'redrive', ids: [id] }) : null;
  return (
    <Panel
      label={`Dead letters of ${queue}`}
      title={`${queue}, dead letters`}
      subtitle={plural(dead, 'message')}
      onClose={close}
      footer={<Foot act={act} queue={queue} dead={dead} can={can} />}
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
                <DeadGroupView key={g.error} group={g} open={i === 0} redrive={redrive} />
              ))}
              {data.total > data.letters.length ? (
                <div className={`${styles.times} row cap ink3`}>
                  <span className="gap">
                    The newest {data.letters.length} of {data.total}
                  </span>
                  {data.letters.length >= limit && limit < MOST ? (
                    <Button size="sm" onClick={() => setLimit(limit + STEP)}>
                      Older ones
                    </Button>
                  ) : null}
                </div>
              ) : null}
            </>
          )
        }
      </QueryState>
    </Panel>
  );
}
