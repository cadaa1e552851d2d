'use client';
import type { Run } from '@stormglass/chaos/contract';
import { useMemo } from 'react';
import { requestUrl } from '../../live/request.ts';
import { useNow } from '../../live/use-window.ts';
import { verdictWords } from '../../live/verdict-words.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, dateTime } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Tag } from '../../ui/tag.tsx';
import { anatomyOf } from './anatomy.ts';
import { AnatomyDrawing } from './anatomy-drawing.tsx';
import { FiguresPanel } from './figures-panel.tsx';
import { runProgress } from './progress.ts';
import { useAbortRun, useRun, useRunTimeline } from './queries.ts';
import styles from './run.module.css';
import { Phases, RunBottom } from './run-bottom.tsx';
import { storyOf } from './story.ts';

/** The verdict's reason as a sentence of its own. */
function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

function Story({ run }: { run: Run }) {
  return (
    <p className={styles.story}>
      {storyOf(run).map((p, i) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: phrases have no id and stand in order
        p.strong ? <b key={i}>{p.text}</b> : <span key={i}>{p.text}</span>,
      )}
      {run.verdict !== null && run.why !== '' && run.recovery?.t0 != null ? ` ${sentence(run.why)}` : ''}
    </p>
  );
}

const KEYS = [
  [
    'fault on',
    {
      border: '1px solid var(--fault)',
      background: 'repeating-linear-gradient(135deg, var(--fault) 0 1px, transparent 1px 3px)',
    },
  ],
  ['open', { background: 'var(--open)' }],
  ['half-open', { border: '1.5px dashed var(--half)' }],
  ['confirmed, holds', { background: 'var(--ok)' }],
  ['undone', { background: 'var(--comp)' }],
] as const;

function Legend() {
  return (
    <div className={styles.legend}>
      {KEYS.map(([name, style]) => (
        <span key={name}>
          <i style={style} />
          {name}
        </span>
      ))}
    </div>
  );
}

function Abort({ run }: { run: Run }) {
  const abort = useAbortRun(run.id);
  if (run.endedAt !== null) return null;
  return (
    <>
      <ConfirmButton
        variant="danger"
        ask="Press again to abort"
        disabled={abort.isPending}
        onConfirm={() => abort.mutate()}
      >
        {abort.isPending ? 'Aborting' : 'Abort'}
      </ConfirmButton>
      {abort.error ? <ErrorNote error={abort.error} /> : null}
    </>
  );
}

const DOCUMENTS = [
  ['markdown', 'md', 'Markdown'],
  ['junit', 'xml', 'JUnit'],
  ['json', 'json', 'JSON'],
] as const;

/** The report as documents, as the command line writes them. */
function Exports({ run: { id, endedAt } }: { run: Run }) {
  const url = (format: string) => requestUrl('runReport', { params: { id }, input: { format } });
  return (
    <>
      {endedAt === null ? null : <RangeLink href={`/chaos/compare?a=${id}`}>Compare</RangeLink>}
      <a className={list.link} href={url('html')} target="_blank" rel="noreferrer">
        Report
      </a>
      {DOCUMENTS.map(([format, extension, name]) => (
        <a key={format} className={list.link} href={url(format)} download={`run-${id}.${extension}`}>
          {name}
        </a>
      ))}
    </>
  );
}

function Title({ run }: { run: Run }) {
  const words = verdictWords(run.verdict);
  return (
    <span className="row" style={{ flexWrap: 'wrap', gap: '2px 9px' }}>
      {run.experiment.title}
      <Tag hue={words.tone} title={words.means}>
        {words.title}
      </Tag>
      {words.exit === null ? null : (
        <span className="cap ink3" style={{ fontWeight: 400 }}>
          exit {words.exit}
        </span>
      )}
    </span>
  );
}

function Facts({ run }: { run: Run }) {
  return (
    <>
      <span>
        Run <b className="ink1">{run.id}</b>
      </span>
      <span>
        {dateTime(run.startedAt)} to {run.endedAt === null ? 'now' : clock(run.endedAt)}
      </span>
      <span>seed {run.seed}</span>
      {run.unprotected ? <Tag hue="failing">unprotected</Tag> : null}
      <span>armed by {run.startedBy}</span>
    </>
  );
}

function sliWords(run: Run): string {
  const { sli } = run.experiment;
  return `${sli.operation ?? sli.service} ≤ ${sli.within_ms} ms`;
}

/** About what the drawing takes. */
const ANATOMY_PX = 520;

function RunView({ run }: { run: Run }) {
  const now = useNow();
  const { timeline, pending, error } = useRunTimeline(run);
  const progress = useMemo(() => runProgress(run.events), [run.events]);
  const moving = run.endedAt === null ? now : 0;
  const anatomy = useMemo(() => anatomyOf(run, timeline, moving), [run, timeline, moving]);
  const actions = (
    <>
      <RangeLink href="/chaos">All experiments</RangeLink>
      <RangeLink href={`/chaos/edit?run=${encodeURIComponent(run.id)}`}>Edit a copy</RangeLink>
      <Exports run={run} />
      <Abort run={run} />
    </>
  );
  return (
    <Page
      title={<Title run={run} />}
      facts={<Facts run={run} />}
      actions={actions}
      aside={<FiguresPanel run={run} />}
    >
      <div style={{ margin: '0 -16px -16px' }}>
        <Story run={run} />
        <div className={styles.anatomyHead}>
          <h2>Recovery anatomy</h2>
          <Phases phases={progress.phases} />
          <span className="gap" />
          <Legend />
        </div>
        {error ? <ErrorNote error={error} /> : null}
        {pending ? <Skeleton height={ANATOMY_PX} /> : null}
        {pending || error ? null : <AnatomyDrawing anatomy={anatomy} sliNote={sliWords(run)} />}
        <RunBottom run={run} progress={progress} now={now} />
      </div>
    </Page>
  );
}

/** /chaos/runs/:id, live while it runs and a report ever after. */
export function RunPage({ id }: { id: string }) {
  const query = useRun(id);
  if (query.data) return <RunView run={query.data} />;
  return (
    <Page
      title="Run"
      about={<span className="mono">{id}</span>}
      actions={<RangeLink href="/chaos">All experiments</RangeLink>}
    >
      <QueryState query={query} rows={16}>
        {() => null}
      </QueryState>
    </Page>
  );
}
