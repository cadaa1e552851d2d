import { StormglassError } from '@stormglass/agents/contract';
import type { ReactNode } from 'react';
import styles from './ui.module.css';

interface Props {
  error: unknown;
  action?: ReactNode;
  /** The part of the page that could not be drawn because of it. */
  what?: string;
}

const DRAWING_NEXT =
  'The rest of the page goes on. Try again; if it stays, reload the page, and report the words below.';

/** An error as a person needs it: what happened, what to do next, and the code for those who search. */
export function ErrorNote({ error, action, what }: Props) {
  const known = error instanceof StormglassError;
  const message = error instanceof Error ? error.message : String(error);
  const usual = what ? DRAWING_NEXT : 'Reload the page; if it stays, look at the output of `npm start`.';
  const foot = known ? error.code : what ? message : null;
  return (
    <div className={styles.note} role="alert">
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="var(--failing)" />
        <path d="m5.5 5.5 5 5m0-5-5 5" stroke="var(--bg1)" strokeWidth="1.6" strokeLinecap="round" />
      </svg>
      <div style={{ minWidth: 0, flex: 1 }}>
        <b className={`ink1 ${styles.noteTitle}`}>{what ? `${what} could not be drawn` : message}</b>
        <p>{known ? error.next : usual}</p>
        {foot ? <span className="mono ink3">{foot}</span> : null}
      </div>
      {action}
    </div>
  );
}
