'use client';
import { assertNever } from '@stormglass/agents/contract';
import { useMemo } from 'react';
import { type PageWindow, useWindow } from '../../live/use-window.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, count, durationText, percent } from '../../ui/format.ts';
import { InvariantGlyph, type InvariantLook } from '../../ui/glyphs/invariant.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Band, Page } from '../../ui/page.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { StateHue } from '../../ui/state.ts';
import { Tag } from '../../ui/tag.tsx';
import { judgedRows } from './judged.ts';
import { type ServiceRow, type SloRow, type SloVerdict, scorecard, serviceRows } from './model.ts';
import { RUNS_MEASURED, useChanges, useInteractions, useInvariants, useMeasuredRuns } from './queries.ts';
import { restartRow } from './restarts.ts';
import styles from './scorecard.module.css';
import { shapeRows } from './shape.ts';

function look(verdict: SloVerdict): { hue: StateHue; word: string; glyph: InvariantLook } {
  switch (verdict) {
    case 'holds':
      return { hue: 'ok', word: 'Holds', glyph: 'ok' };
    case 'broken':
      return { hue: 'failing', word: 'Broken', glyph: 'violated' };
    case 'unknown':
      return { hue: 'unknown', word: 'Unknown', glyph: 'pending' };
    default:
      return assertNever(verdict);
  }
}

/** Availability needs its decimals: 99.9 % and 99.95 % are two worlds. */
export function finePercent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}

function Level({ row }: { row: SloRow }) {
  const { hue, word, glyph } = look(row.verdict);
  return (
    <article className={styles.level} data-verdict={row.verdict} aria-label={row.title}>
      <div className="row">
        <InvariantGlyph look={glyph} />
        <h2 className="clip">{row.title}</h2>
        <span className="gap" />
        <Tag hue={hue}>{word}</Tag>
      </div>
      <div className={styles.value} data-verdict={row.verdict}>
        {row.value}
      </div>
      <p className="cap ink2">{row.limit}</p>
      <p className="cap ink3">{row.basis}</p>
      {row.spent === null ? null : (
        <div
          className={styles.budget}
          data-spent={row.spent >= 1 ? '' : undefined}
          role="img"
          aria-label={`${percent(row.spent)} of the budget spent`}
          title={`${percent(row.spent)} of the budget spent`}
        >
          <i style={{ width: `${row.spent * 100}%` }} />
        </div>
      )}
      {row.brokenBy ? (
        <p className="cap">
          last broken by <RangeLink href={`/chaos/runs/${row.brokenBy.id}`}>{row.brokenBy.title}</RangeLink>
        </p>
      ) : null}
    </article>
  );
}

function Cell({ verdict, text }: { verdict: SloVerdict; text: string }) {
  const { word } = look(verdict);
  const tone = verdict === 'broken' ? 'failing strong' : verdict === 'unknown' ? 'unknown' : '';
  return (
    <td className={`${list.num} ${tone}`}>
      {verdict === 'broken' ? '× ' : ''}
      {verdict === 'unknown' ? 'unknown' : text}
      <span className="visually-hidden">, {word}</span>
    </td>
  );
}

const COLUMNS = [
  'Service',
  { head: 'Calls', look: 'num' },
  { head: 'Failed', look: 'num' },
  { head: 'Touched by faults', look: 'num' },
  { head: 'Availability, above 99.9 %', look: 'num' },
  { head: 'p95, below 500 ms', look: 'num' },
  { head: 'Traces', look: 'wide' },
] as const;

function Services({ rows }: { rows: readonly ServiceRow[] }) {
  return (
    <ListTable label="Service levels by service" columns={COLUMNS}>
      {rows.map((r) => (
        <tr key={r.service}>
          <td>
            <b>{r.service}</b>
          </td>
          <td className={list.num}>{count(r.calls)}</td>
          <td className={list.num}>{count(r.errors)}</td>
          <td className={`${list.num} ${r.receipts > 0 ? 'fault' : ''}`}>{count(r.receipts)}</td>
          <Cell
            verdict={r.availabilityVerdict}
            text={r.availability === null ? '' : finePercent(r.availability)}
          />
          <Cell verdict={r.p95Verdict} text={durationText(r.p95)} />
          <td className={list.wide}>
            <RangeLink href={`/traces?q=${encodeURIComponent(`service=${r.service} order=slowest`)}`}>
              slowest
            </RangeLink>{' '}
            <RangeLink href={`/traces?q=${encodeURIComponent(`service=${r.service} status=error`)}`}>
              failed
            </RangeLink>
          </td>
        </tr>
      ))}
    </ListTable>
  );
}

function range(window: PageWindow): string {
  return `${clock(window.from)} to ${clock(window.to)}`;
}

/** /scorecard */
export function ScorecardPage() {
  const window = useWindow();
  const { timeline, from, to } = window;
  const measured = useMeasuredRuns();
  const services = useMemo(() => serviceRows(timeline, from, to), [timeline, from, to]);
  const interactions = useInteractions(from, to);
  const invariants = useInvariants(from, to);
  const changes = useChanges(from, to);
  const words = { duration: durationText, percent: finePercent };
  const runs = measured.runs.map((r) => ({ ...r, title: r.experiment.title }));
  const rows = [
    ...scorecard(services, runs, words),
    ...shapeRows(interactions.found, timeline.processes, window.at, { ...words, percent, count }),
    ...judgedRows(invariants.found, changes.found, percent),
    restartRow(timeline),
  ];
  const asked = [measured, interactions, invariants, changes];
  const error = window.error ?? asked.find((answer) => answer.error)?.error;
  // Fifteen live minutes are not the hour that was asked for.
  const pending = window.partial || asked.some((answer) => answer.pending);
  return (
    <Page
      title="Scorecard"
      about={`services in ${range(window)}; recovery over the last ${RUNS_MEASURED} measured runs`}
    >
      {error ? <ErrorNote error={error} /> : null}
      <div className={styles.levels} aria-busy={pending}>
        {rows.map((row) =>
          // What is still on its way is not unknown yet.
          pending ? <Skeleton key={row.id} height={114} /> : <Level key={row.id} row={row} />,
        )}
      </div>
      <Band title="By service" about="as each served its callers; under 20 calls nothing is said">
        {window.partial ? (
          <Skeleton height={180} />
        ) : services.length > 0 ? (
          <Services rows={services} />
        ) : (
          <p className="ink2">
            No call in this range. Widen it at the top, or start the sample shop with npm start.
          </p>
        )}
      </Band>
    </Page>
  );
}
