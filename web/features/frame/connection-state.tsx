'use client';
import { useEffect, useState } from 'react';
import { serverNow } from '../../live/clock.ts';
import type { ConnectionStatus } from '../../live/store.ts';
import { useConnection } from '../../live/use-window.ts';
import { ago, count } from '../../ui/format.ts';
import styles from './frame.module.css';

const WORDS: Record<ConnectionStatus, string> = {
  connecting: 'Connecting',
  live: 'Connected',
  reconnecting: 'Reconnecting',
  refused: 'Refused',
};
/** Data older than this is called stale, milliseconds. */
const STALE_MS = 5_000;

function ageText(ageMs: number): string {
  return ageMs < 60_000 ? `${(ageMs / 1000).toFixed(1)} s old` : ago(0, ageMs).replace(' ago', ' old');
}

/** Age of the newest telemetry, four times a second: often enough to trust, seldom enough to read. */
function useAge(dataAt: number | null): number | null {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 250);
    return () => clearInterval(timer);
  }, []);
  return dataAt === null ? null : Math.max(0, serverNow.exact() - dataAt);
}

/** Is this page fed, and how old is what it shows. */
export function ConnectionState() {
  const { status, dataAt, detail, dropped } = useConnection();
  const age = useAge(dataAt);
  const stale = status !== 'live' || (age !== null && age > STALE_MS);
  const color = status === 'live' ? (stale ? 'var(--degraded)' : 'var(--ok)') : 'var(--degraded)';
  return (
    <span
      className={styles.connection}
      title={detail || (dropped > 0 ? `${count(dropped)} old rows had no room in this page` : undefined)}
    >
      <svg width="14" height="12" viewBox="0 0 14 12" aria-hidden="true">
        <path
          d={status === 'live' ? 'M1 11V8M5 11V5.5M9 11V3M13 11V1' : 'M1 11V8M5 11V10M9 11V10M13 11V10'}
          stroke={color}
          strokeWidth="2"
          strokeLinecap="round"
        />
      </svg>
      <span role="status">{WORDS[status]}</span>
      <span className={`${stale ? 'degraded' : 'ink3'} ${styles.age}`}>
        {age === null ? 'no data yet' : `data ${ageText(age)}`}
      </span>
    </span>
  );
}
