'use client';
import type { Run } from '@stormglass/chaos/contract';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, countdown, percent, plural } from '../../ui/format.ts';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import styles from './chaos.module.css';
import { runProgress } from './progress.ts';
import { useAbortRun } from './queries.ts';
import { Phases } from './run-bottom.tsx';

/** A run in progress, on the list page: where it stands and the way to stop it. */
export function ActiveRun({ run, now }: { run: Run; now: number }) {
  const abort = useAbortRun(run.id);
  const lost = run.recovery?.lostRequests.value ?? null;
  const hit = run.recovery?.injectedRate.value ?? null;
  return (
    <section className={styles.active} aria-label={`Running: ${run.experiment.title}`}>
      <CrystalGlyph r={9} />
      <div>
        <RangeLink href={`/chaos/runs/${run.id}`}>
          <b>{run.experiment.title}</b>
        </RangeLink>
        <div className="cap ink2">
          since {clock(run.startedAt)}, {countdown(now - run.startedAt)}
        </div>
      </div>
      <Phases phases={runProgress(run.events).phases} />
      <span className="cap ink2">
        {[
          ...(hit === null ? [] : [`${percent(hit)} of calls hit`]),
          ...(lost === null ? [] : [`${plural(Math.round(lost), 'request')} lost`]),
        ].join(', ')}
      </span>
      <span className="gap" />
      <ConfirmButton
        size="sm"
        variant="danger"
        ask="Press again to abort"
        disabled={abort.isPending}
        onConfirm={() => abort.mutate()}
      >
        Abort
      </ConfirmButton>
      {abort.error ? <ErrorNote error={abort.error} /> : null}
    </section>
  );
}
