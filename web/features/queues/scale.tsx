'use client';
import { Popover } from '@mantine/core';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { KeyValue } from '../../ui/key-value.tsx';
import { list } from '../../ui/list.ts';
import { QueryState } from '../../ui/query-state.tsx';
import uiStyles from '../../ui/ui.module.css';
import { useQueueConsumers, useScaleQueue } from './queries.ts';
import styles from './queues.module.css';
import { scaledWords } from './words.ts';

const MOST = 1_000;

function Form({ queue, now }: { queue: string; now: number }) {
  const scale = useScaleQueue(queue);
  const [text, setText] = useState(String(now));
  const wanted = Number(text);
  const valid = text.trim() !== '' && Number.isInteger(wanted) && wanted >= 0 && wanted <= MOST;
  const id = `scale-${queue}`;
  return (
    <form
      className={styles.scale}
      onSubmit={(event) => {
        event.preventDefault();
        // To none stops the queue: that wants the button, twice.
        if (valid && wanted > 0) scale.mutate(wanted);
      }}
    >
      <label className="cap ink2" htmlFor={id}>
        Messages handled at once, by each
      </label>
      <div className="row">
        <input
          id={id}
          className={list.field}
          data-size="sm"
          type="number"
          min={0}
          max={MOST}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {valid && wanted === 0 ? (
          <ConfirmButton
            size="sm"
            variant="danger"
            ask="Press again"
            disabled={scale.isPending}
            onConfirm={() => scale.mutate(0)}
          >
            Take nothing
          </ConfirmButton>
        ) : (
          <Button size="sm" type="submit" disabled={!valid || scale.isPending}>
            Set on all
          </Button>
        )}
      </div>
      {scale.data ? (
        <p className="cap ink2" role="status">
          {scaledWords(scale.data)}
        </p>
      ) : null}
      {scale.error ? <ErrorNote error={scale.error} /> : null}
    </form>
  );
}

function Consumers({ queue }: { queue: string }) {
  const query = useQueueConsumers(queue);
  return (
    <QueryState query={query} rows={2}>
      {({ consumers }) =>
        consumers.length === 0 ? (
          <p className="cap ink2">No connected service says that it consumes this queue.</p>
        ) : (
          <>
            <KeyValue rows={consumers.map((one) => [one.instance, String(one.concurrency)])} />
            <Form queue={queue} now={Math.max(...consumers.map((one) => one.concurrency))} />
          </>
        )
      }
    </QueryState>
  );
}

/** Who consumes the queue, and with how many hands: all of them are given as many. */
export function Scale({ queue, can }: { queue: string; can: boolean }) {
  return (
    <Popover position="bottom-end" width={260} trapFocus>
      <Popover.Target>
        <Button
          size="sm"
          disabled={!can}
          title={can ? undefined : 'No connected service offers this.'}
          aria-label={`Scale the consumers of ${queue}`}
        >
          Scale
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={uiStyles.float}>
        <Consumers queue={queue} />
      </Popover.Dropdown>
    </Popover>
  );
}
