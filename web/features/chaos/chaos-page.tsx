'use client';
import type { ReactNode } from 'react';
import { armedAt } from '../../live/figures.ts';
import { useRuns } from '../../live/use-runs.ts';
import { useLiveFaults, useLiveState, useNow } from '../../live/use-window.ts';
import { plural } from '../../ui/format.ts';
import { Band, Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ActiveRun } from './active-run.tsx';
import styles from './chaos.module.css';
import { ArmedFaults, AuditTable, RunsTable } from './chaos-tables.tsx';
import { useAudit } from './queries.ts';

const AUDIT_SHOWN = 40;

interface Props {
  library: ReactNode;
  /** What is planned. */
  children: ReactNode;
}

/** /chaos: the library, what runs, what ran, what is planned, what is armed, who did what. */
export function ChaosPage({ library, children }: Props) {
  const now = useNow();
  const live = useLiveState();
  const runs = useRuns();
  const armed = armedAt(useLiveFaults(), now);
  const audit = useAudit();
  const active = live?.activeRuns ?? [];
  const written = audit.data?.entries.length ?? 0;
  // What is on comes first; when nothing is, the library does.
  const armedBand = (
    <Band title="Armed faults" about={plural(armed.length, 'fault')}>
      {live === null ? <Skeleton height={24} /> : <ArmedFaults faults={armed} now={now} />}
    </Band>
  );
  return (
    <Page
      title="Chaos"
      about="an experiment arms its faults, watches, reverts them and measures the recovery"
      actions={
        <>
          <RangeLink href="/chaos/edit">New experiment</RangeLink>
          <RangeLink href="/chaos/sweep">Sweep: the fault matrix</RangeLink>
        </>
      }
    >
      <div className="stack" style={{ gap: 8, marginBottom: active.length > 0 ? 12 : 0 }}>
        {active.map((run) => (
          <ActiveRun key={run.id} run={run} now={now} />
        ))}
      </div>
      {armed.length > 0 ? <div className={styles.first}>{armedBand}</div> : null}
      {library}
      {armed.length > 0 ? null : armedBand}
      <Band title="Runs" about="newest first, each a permanent report">
        <QueryState query={runs} rows={4}>
          {(data) => <RunsTable runs={data.runs} />}
        </QueryState>
      </Band>
      {children}
      <Band
        title="Audit"
        about={`append-only: who, what, on what, why, and how it ended${written > AUDIT_SHOWN ? `; the newest ${AUDIT_SHOWN} of ${written}` : ''}`}
      >
        <QueryState query={audit} rows={4}>
          {(data) => <AuditTable entries={data.entries.slice(0, AUDIT_SHOWN)} />}
        </QueryState>
      </Band>
    </Page>
  );
}
