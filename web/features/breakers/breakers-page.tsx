'use client';
import { useMemo } from 'react';
import { type BreakerCount, breakerCount } from '../../live/figures.ts';
import { type PageWindow, useWindow } from '../../live/use-window.ts';
import { Boundary } from '../../ui/boundary.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count, plural } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import styles from './breakers.module.css';
import { ClosedRow, HalfOpenCell, OpenCell } from './cells.tsx';
import { hostsOf } from './history.ts';
import { type BreakerCell, type BreakerPhase, breakerCells, title } from './model.ts';
import { useBreakerRows } from './queries.ts';

/** Null: not known yet. */
function Facts({ cells }: { cells: BreakerCell[] | null }) {
  const n = (...phases: BreakerPhase[]) => cells?.filter((c) => phases.includes(c.phase)).length;
  const unknown = n('unknown');
  return (
    <>
      <span className={n('open') ? 'open' : undefined}>
        <b>{count(n('open'))}</b> open
      </span>
      <span className={n('half_open') ? 'half' : undefined}>
        <b>{count(n('half_open'))}</b> half-open
      </span>
      <span className="ok">
        <b>{count(n('closed', 'quiet'))}</b> closed
      </span>
      {unknown ? (
        <span className="unknown">
          <b>{unknown}</b> unknown
        </span>
      ) : null}
    </>
  );
}

function Nothing() {
  return (
    <Empty
      title="No breaker has reported yet"
      command="node --import @stormglass/agents/register server.js"
      action={<RangeLink href="/attach">Attach your own service</RangeLink>}
    >
      A breaker appears by itself when a service with an opossum breaker starts under the agent. Each reports
      its state every second, and the moment it changes.
    </Empty>
  );
}

interface CellsProps {
  cells: BreakerCell[];
  window: PageWindow;
  forceable: (cell: BreakerCell) => boolean;
}

function Cells({ cells, window, forceable }: CellsProps) {
  const of = (...phases: BreakerPhase[]) => cells.filter((c) => phases.includes(c.phase));
  const props = (cell: BreakerCell) => ({
    cell,
    timeline: window.timeline,
    at: window.at,
    from: window.from,
    forceable: forceable(cell),
    hosts: hostsOf(cells, cell),
  });
  const open = of('open');
  const half = of('half_open');
  const calm = open.length === 0 && half.length === 0;
  const rows = of('unknown', 'closed', 'quiet');
  return (
    <div className={styles.cells} data-calm={open.length === 0 ? '' : undefined}>
      {open.length > 0 ? (
        <div className={styles.column}>
          {open.map((c) => (
            <Boundary key={c.key} what={title(c)}>
              <OpenCell {...props(c)} />
            </Boundary>
          ))}
        </div>
      ) : null}
      <div className={styles.column}>
        {half.map((c) => (
          <Boundary key={c.key} what={title(c)}>
            <HalfOpenCell {...props(c)} />
          </Boundary>
        ))}
        {rows.length > 0 ? (
          <div className={`${styles.rows} ${calm || open.length === 0 ? '' : styles.narrow}`}>
            {rows.map((c) => (
              <Boundary key={c.key} what={title(c)}>
                <ClosedRow {...props(c)} />
              </Boundary>
            ))}
          </div>
        ) : null}
      </div>
    </div>
  );
}

/** A cell stands for one instance; a service with two has one breaker in two cells. */
function countWords({ breakers, instances }: BreakerCount): string {
  const each = plural(breakers, 'breaker');
  return instances === breakers ? each : `${each} in ${instances} instances`;
}

/** /breakers: cells by trouble. */
export function BreakersPage() {
  const window = useWindow();
  const { timeline, from, at } = window;
  const known = useBreakerRows();
  const cells = useMemo(() => breakerCells(timeline, from, at), [timeline, from, at]);
  const forceable = (cell: BreakerCell) =>
    known.data?.breakers.some((b) => b.service === cell.service && b.name === cell.name && b.forceable) ??
    false;
  return (
    <Page
      title="Breakers"
      about={`${window.loading ? '' : `${countWords(breakerCount(timeline, at))}, `}most trouble first`}
      facts={<Facts cells={window.loading ? null : cells} />}
    >
      {window.error ? <ErrorNote error={window.error} /> : null}
      {cells.length > 0 ? <Cells cells={cells} window={window} forceable={forceable} /> : null}
      {cells.length === 0 && window.loading ? <Skeleton height={300} /> : null}
      {cells.length === 0 && !window.loading && !window.error ? <Nothing /> : null}
    </Page>
  );
}
