'use client';
import type { Sweep, SweepStarted } from '@stormglass/chaos/contract';
import { useState } from 'react';
import { setUrlState, useUrlState } from '../../live/url-state.ts';
import { useLiveState } from '../../live/use-window.ts';
import { Button } from '../../ui/button.tsx';
import { AskButton } from '../../ui/confirming.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { dateTime } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { Band, Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { CellPanel } from './cell-panel.tsx';
import { HeatLegend, HeatMapTable } from './heat-map.tsx';
import { againOf, progressWords } from './model.ts';
import { PlanForm } from './plan-form.tsx';
import { useChangeSweep, useStartSweep, useSweep, useSweeps } from './queries.ts';
import styles from './sweep.module.css';

const show = (id: string) => setUrlState({ sweep: id, cell: null });

/** /chaos/sweep: what is to be swept, how far it is, and the fault matrix. */
export function SweepPage() {
  const [named] = useUrlState<string>('sweep', '');
  const [cell, setCell] = useUrlState<string>('cell', '');
  const [planned, setPlanned] = useState<SweepStarted | null>(null);
  const sweeps = useSweeps();
  const newest = sweeps.data?.sweeps[0]?.id ?? null;
  const sweep = useSweep(named === '' ? newest : named);
  const start = useStartSweep(show);
  const busy = useBusy(sweeps.data?.sweeps ?? []);
  const ask = (input: Record<string, unknown>) =>
    start.mutate(input, { onSuccess: (answer) => setPlanned(answer.sweep === null ? answer : null) });
  const shown = sweep.data;
  const again = (cellId: string) => {
    if (shown) ask(againOf(shown.request, cellId));
  };
  const aside =
    shown && cell !== '' && planned === null ? (
      <CellPanel
        sweep={shown}
        cellId={cell}
        close={() => setCell(null)}
        again={again}
        busy={busy !== '' || start.isPending}
      />
    ) : null;
  return (
    <Page
      title="Sweep"
      about="every place of the map under every fault that applies, half of the traces hurt, judged by the other half"
      actions={<Sweeps sweeps={sweeps.data?.sweeps ?? []} chosen={shown?.id ?? ''} />}
      aside={aside}
    >
      <PlanForm busy={busy} pending={start.isPending} ask={ask} />
      {start.error ? <ErrorNote error={start.error} /> : null}
      {planned === null ? null : <Planned planned={planned} close={() => setPlanned(null)} />}
      {newest === null && named === '' && planned === null && !sweeps.isPending ? (
        <Empty title="Nothing was swept yet" command="npm run -s stormglass -- sweep --plan">
          Start a sweep above: it hurts half of the traces, one fault after the other, and shows here what
          survives and what breaks.
        </Empty>
      ) : null}
      {planned === null && (named !== '' || newest !== null) ? (
        <QueryState query={sweep} rows={8} rowHeight={26}>
          {(data) => <Swept sweep={data} chosen={cell} choose={setCell} />}
        </QueryState>
      ) : null}
    </Page>
  );
}

/** Why nothing can be begun now; empty when it can. */
function useBusy(sweeps: readonly { state: string }[]): string {
  const live = useLiveState();
  if (live?.halt.halted) return 'chaos is halted';
  if ((live?.activeRuns.length ?? 0) > 0) return 'an experiment is in progress';
  return sweeps.some(({ state }) => state === 'running') ? 'a sweep is in progress' : '';
}

function Sweeps({
  sweeps,
  chosen,
}: {
  sweeps: readonly { id: string; startedAt: number; state: string; cells: number }[];
  chosen: string;
}) {
  if (sweeps.length === 0) return null;
  return (
    <select
      aria-label="Sweep shown"
      className={list.field}
      value={chosen}
      onChange={(event) => show(event.currentTarget.value)}
    >
      {sweeps.map(({ id, startedAt, state, cells }) => (
        <option key={id} value={id}>
          {dateTime(startedAt)}, {cells} cells, {state}
        </option>
      ))}
    </select>
  );
}

function Planned({ planned, close }: { planned: SweepStarted; close: () => void }) {
  const { cells, fitting, untested } = planned.plan;
  return (
    <>
      <Band
        title="Plan"
        about={`${cells.length} cells, of which ${fitting} surely fit; ${untested.length} cannot be tried`}
      >
        <p className="ink2">
          First:{' '}
          {cells
            .slice(0, 5)
            .map(({ id }) => id)
            .join(', ')}{' '}
          <Button size="sm" variant="quiet" onClick={close}>
            Close the plan
          </Button>
        </p>
      </Band>
      <HeatLegend heat={planned.heat} />
      <HeatMapTable heat={planned.heat} chosen={null} choose={() => undefined} />
    </>
  );
}

function Swept({ sweep, chosen, choose }: { sweep: Sweep; chosen: string; choose: (cell: string) => void }) {
  const change = useChangeSweep(sweep.id);
  const { heat, proposals, state } = sweep;
  return (
    <>
      <div className={styles.progress} role="status">
        <span>{progressWords(sweep)}</span>
        <span className="ink3 cap">
          {sweep.request.minutes} min, seed {sweep.request.seed}, by {sweep.startedBy}
        </span>
        <span className="gap" />
        {state === 'running' ? (
          <AskButton
            size="sm"
            variant="danger"
            disabled={change.isPending}
            onConfirm={() => change.mutate('abortSweep')}
            hits="What is being tried ends now, its faults with it, and has no result; nothing else begins."
            undo="Resume goes on with the cells that are left, those included."
            deed="Stop the sweep"
          >
            Stop
          </AskButton>
        ) : null}
        {state === 'stopped' || state === 'interrupted' ? (
          <Button size="sm" disabled={change.isPending} onClick={() => change.mutate('resumeSweep')}>
            Resume
          </Button>
        ) : null}
      </div>
      {change.error ? <ErrorNote error={change.error} /> : null}
      <HeatLegend heat={heat} />
      <HeatMapTable heat={heat} chosen={chosen} choose={choose} />
      {proposals.length === 0 ? null : (
        <Band
          title="Next would tell most"
          about="expected information: what is not known x who passes x what it touches"
        >
          <ol className={styles.proposals}>
            {proposals.map(({ cellId, why }) => (
              <li key={cellId}>
                <button type="button" className={list.link} onClick={() => choose(cellId)}>
                  {cellId}
                </button>{' '}
                <span className="ink2">{why}</span>
              </li>
            ))}
          </ol>
        </Band>
      )}
    </>
  );
}
