'use client';
import { useState } from 'react';
import type { ServiceProtection } from '../../live/protections.ts';
import { useSetProtection } from '../../live/use-set-protection.ts';
import { useNow } from '../../live/use-window.ts';
import { Confirming, type Consequences } from '../../ui/confirming.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { countdown } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { Switch } from '../../ui/switch.tsx';
import styles from './resilience.module.css';

/** How long one stays away, ms; 0 is until somebody puts it back. */
const TIMES = [
  { ms: 30_000, words: '30 s' },
  { ms: 120_000, words: '2 min' },
  { ms: 600_000, words: '10 min' },
  { ms: 0, words: 'until put back' },
] as const;
const USUAL_MS = 120_000;

/** The protections of one service as switches; what they are, its agents say. */
export function ProtectionList({ protections }: { protections: readonly ServiceProtection[] }) {
  const now = useNow();
  const [forMs, setForMs] = useState<number>(USUAL_MS);
  const { mutate, isPending, error } = useSetProtection();
  const flip = ({ service, name }: ServiceProtection, on: boolean) =>
    mutate([{ service, name, on, forMs: on || forMs === 0 ? undefined : forMs }]);
  /** The one about which somebody is asked. */
  const [asked, setAsked] = useState('');
  return (
    <div className={styles.protections}>
      <label className="ink2">
        Taken away for{' '}
        <select
          className={list.field}
          data-size="sm"
          value={forMs}
          onChange={(e) => setForMs(Number(e.target.value))}
        >
          {TIMES.map(({ ms, words }) => (
            <option key={ms} value={ms}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <ul>
        {protections.map((each) => (
          <li key={each.name} data-off={each.on ? undefined : ''}>
            <Confirming
              {...takingAway(each, forMs)}
              asked={asked === each.name}
              onCancel={() => setAsked('')}
              onConfirm={() => {
                setAsked('');
                flip(each, false);
              }}
            >
              <span>
                <Switch
                  label={`${each.name} of ${each.service}`}
                  on={each.on}
                  disabled={isPending}
                  // To put one back is never asked about.
                  onChange={(on) => (on ? flip(each, true) : setAsked(each.name))}
                />
              </span>
            </Confirming>
            <div>
              <b>{each.name}</b>
              <small className={each.on ? 'ink3' : 'failing'}>{stateWords(each, now)}</small>
            </div>
          </li>
        ))}
      </ul>
      {error ? <ErrorNote error={error} /> : null}
    </div>
  );
}

/** What taking it away does, and what ends that. */
function takingAway({ name, service, about }: ServiceProtection, forMs: number): Consequences {
  const time = TIMES.find(({ ms }) => ms === forMs && ms > 0)?.words;
  const itself = time ? `It comes back by itself after ${time}. ` : '';
  return {
    hits: `Every instance of ${service} goes on without ${name} (${about}).`,
    undo: `${itself}Put back ends it, on every page in the red line; so does Stop all chaos.`,
    deed: `Take ${name} away`,
  };
}

function stateWords({ on, about, offOn, until }: ServiceProtection, now: number): string {
  if (on) return about;
  const back = until === null ? 'until somebody puts it back' : `back in ${countdown(until - now)}`;
  return `taken away on ${offOn.join(', ')}, ${back}`;
}
