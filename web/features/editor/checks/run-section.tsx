'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useBlocked } from '../../../live/use-blocked.ts';
import { ConfirmButton } from '../../../ui/confirm-button.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { list } from '../../../ui/list.ts';
import styles from '../editor.module.css';
import { useRunDraft } from '../queries.ts';

interface Props {
  text: string;
  /** The very text on the screen is known to be valid. */
  valid: boolean;
  /** It names protections that it can be run without. */
  ablations: boolean;
  /** Why the server would refuse it now; empty when it would not. */
  refused: string;
}

/** Runs what is on the screen; the text is kept with the run. */
export function RunSection({ text, valid, ablations, refused }: Props) {
  const router = useRouter();
  const blocked = useBlocked() || refused;
  const start = useRunDraft();
  const [seed, setSeed] = useState('1');
  const whole = /^\d{1,9}$/.test(seed);
  const idle = valid && whole && blocked === '' && !start.isPending;
  const run = (unprotected: boolean) =>
    start.mutate(
      { text, unprotected, seed: Number(seed) },
      { onSuccess: ({ id }) => router.push(`/chaos/runs/${id}`) },
    );
  const why = !valid ? 'It runs when it is valid.' : !whole ? 'The seed is a whole number.' : blocked;
  return (
    <section aria-label="Run">
      <h2>Run</h2>
      <div className={styles.bar}>
        <ConfirmButton variant="fault" ask="Press again to run" disabled={!idle} onConfirm={() => run(false)}>
          {start.isPending ? 'Starting' : 'Run this'}
        </ConfirmButton>
        {ablations ? (
          <ConfirmButton ask="Press again to run unprotected" disabled={!idle} onConfirm={() => run(true)}>
            Run unprotected
          </ConfirmButton>
        ) : null}
        <label className="row cap ink2">
          Seed
          <input
            className={list.field}
            data-size="sm"
            style={{ width: 70 }}
            inputMode="numeric"
            value={seed}
            aria-invalid={!whole}
            onChange={(event) => setSeed(event.target.value)}
          />
        </label>
      </div>
      <p className="cap ink3">{why || 'The text is kept with the run, and its report shows it.'}</p>
      {start.error ? <ErrorNote error={start.error} /> : null}
    </section>
  );
}
