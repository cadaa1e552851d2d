'use client';
import type { DeadLetter } from '@stormglass/agents/contract';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { clock, plural, shortId } from '../../ui/format.ts';
import { ChevronIcon } from '../../ui/icons.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { type DeadGroup, payloadText } from './dead-letters.ts';
import styles from './queues.module.css';

/** Shown at first, and with each press more: payloads are long. */
const SHOWN = 5;
const MORE = 20;

interface Redriving {
  /** Null when it cannot be done now. */
  redrive: ((id: string) => void) | null;
}

function Letter({ letter, redrive }: { letter: DeadLetter } & Redriving) {
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
      <div className="row cap ink3">
        <span className="gap">
          Failing trace{' '}
          {letter.traceId === '' ? (
            'unknown'
          ) : (
            <RangeLink href={`/traces/${letter.traceId}`}>
              <span className="mono ink1">{shortId(letter.traceId)}</span>
            </RangeLink>
          )}
        </span>
        <Button
          size="sm"
          disabled={redrive === null || letter.id === ''}
          aria-label={`Redrive message ${letter.id}`}
          onClick={() => redrive?.(letter.id)}
        >
          Redrive
        </Button>
      </div>
    </article>
  );
}

/** Dead letters of one cause, with payload and failing trace, each of which can be redriven. */
export function DeadGroupView({ group, open, redrive }: { group: DeadGroup; open: boolean } & Redriving) {
  const [shown, setShown] = useState(SHOWN);
  const more = group.letters.length - shown;
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
      {group.letters.slice(0, shown).map((l) => (
        <Letter key={l.id} letter={l} redrive={redrive} />
      ))}
      {more > 0 ? (
        <p className={styles.times}>
          <Button size="sm" variant="quiet" onClick={() => setShown(shown + MORE)}>
            {more} more with the same error
          </Button>
        </p>
      ) : null}
    </details>
  );
}
