'use client';
import { StormglassError, type TraceDetail } from '@stormglass/agents/contract';
import { useCallback, useMemo } from 'react';
import { useUrlState } from '../../live/url-state.ts';
import { count } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import type { Progress } from './load.ts';
import { useLinkedTraces, useTrace } from './queries.ts';
import { downstream, stitch } from './stitch.ts';
import { TraceView } from './trace-view.tsx';
import { growTree } from './tree.ts';
import { useSteps } from './use-steps.ts';

/** Linked traces which are read; the others are counted. */
const MOST_LINKED = 8;
const NONE: readonly TraceDetail[] = [];

/** The trace with what handled its messages, in its tree; the tree is null while it is put together. */
function useStitched(detail: TraceDetail) {
  const [hidden, setHidden] = useUrlState<'' | 'hidden'>('linked', '');
  const linked = useLinkedTraces(detail.linkedTraceIds, MOST_LINKED);
  const rows = useMemo(() => downstream(detail, linked), [detail, linked]);
  const shown = hidden === '' ? rows : NONE;
  const made = useSteps(
    useCallback(
      function* () {
        const whole = stitch(detail, shown);
        return { whole, tree: yield* growTree(whole) };
      },
      [detail, shown],
    ),
  );
  const apart = linked.filter((other) => !rows.includes(other));
  const more = detail.linkedTraceIds.length - linked.length;
  return { made, apart, more, handled: rows.length, hidden: hidden !== '', setHidden };
}

function Opened({ detail }: { detail: TraceDetail }) {
  const { made, ...linked } = useStitched(detail);
  if (!made)
    return <Loading id={detail.traceId} progress={{ read: detail.spans.length, of: detail.spanCount }} />;
  return <TraceView own={detail} detail={made.whole} tree={made.tree} linked={linked} />;
}

/** How far the reading of a large trace is; small ones are there before it can be read. */
function Reading({ progress }: { progress: Progress | undefined }) {
  if (!progress || progress.of < 2_000) return null;
  return (
    <p className="ink2" role="status" style={{ padding: '4px 0 8px' }}>
      Read <b className="ink1">{count(progress.read)}</b> of {count(progress.of)} spans
    </p>
  );
}

function Loading({ id, progress }: { id: string; progress: Progress | undefined }) {
  return (
    <Page
      title="Trace"
      about={<span className="mono">{id}</span>}
      actions={<RangeLink href="/traces">All traces</RangeLink>}
    >
      <Reading progress={progress} />
      <QueryState query={{ data: undefined, error: null, refetch: () => undefined }} rows={16} rowHeight={22}>
        {() => null}
      </QueryState>
    </Page>
  );
}

function missing(): StormglassError {
  return new StormglassError(
    'not_found',
    'This trace has no spans in the store.',
    'It may be older than the retention, or its spans are still on their way: reload in a second.',
  );
}

/** /traces/:id */
export function TracePage({ id }: { id: string }) {
  const { query, progress } = useTrace(id);
  const { data } = query;
  if (data && data.spans.length > 0) return <Opened key={id} detail={data} />;
  if (!data && !query.error) return <Loading id={id} progress={progress} />;
  return (
    <Page
      title="Trace"
      about={<span className="mono">{id}</span>}
      actions={<RangeLink href="/traces">All traces</RangeLink>}
    >
      <QueryState query={{ ...query, data: undefined, error: data ? missing() : query.error }}>
        {() => null}
      </QueryState>
    </Page>
  );
}
