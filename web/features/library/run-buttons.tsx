'use client';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import styles from './library.module.css';
import { useStartRun } from './queries.ts';

interface Props {
  id: string;
  /** It names protections that it can be run without. */
  unprotected: boolean;
  /** Why it cannot be started now; empty when it can. */
  blocked: string;
  seed?: number;
  /** Beside the buttons. */
  children: ReactNode;
}

/** Starts an experiment, with its protections or without; then the run is shown. */
export function RunButtons({ id, unprotected, blocked, seed, children }: Props) {
  const router = useRouter();
  const start = useStartRun();
  const run = (without: boolean) =>
    start.mutate(
      { experimentId: id, unprotected: without, ...(seed === undefined ? {} : { seed }) },
      { onSuccess: (started) => router.push(`/chaos/runs/${started.id}`) },
    );
  const idle = blocked === '' && !start.isPending;
  return (
    <>
      <div className={styles.cardFoot}>
        <ConfirmButton variant="fault" ask="Press again to run" disabled={!idle} onConfirm={() => run(false)}>
          {start.isPending ? 'Starting' : 'Run'}
        </ConfirmButton>
        {unprotected ? (
          <ConfirmButton ask="Press again to run unprotected" disabled={!idle} onConfirm={() => run(true)}>
            Run unprotected
          </ConfirmButton>
        ) : null}
        {children}
      </div>
      {start.error ? <ErrorNote error={start.error} /> : null}
    </>
  );
}
