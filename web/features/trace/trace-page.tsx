'use client';
import { StormglassError, type TraceDetail } from '@stormglass/agents/contract';
import { useCallback, useMemo, useState } from 'react';
import { useUrlState } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { download } from '../../ui/download.ts';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { criticalPath, injectedOnPath, mainRoot } from './critical-path.ts';
import { LinkedTraces } from './linked.tsx';
import { Minimap, type Zoom } from './minimap.tsx';
import { useLinkedTraces, useTrace } from './queries.ts';
import { type Arrangement, rowIndex, visibleRows } from './rows.ts';
import { marksOf } from './scale-model.ts';
import { SpanPanel } from './span-panel.tsx';
import { timeScale } from './time-scale.ts';
import { Legend, TraceFacts, TraceTitle } from './trace-head.tsx';
import { buildTree } from './tree.ts';
import styles from './waterfall.module.css';
import { Axis, Waterfall } from './waterfall.tsx';

const MOST_LINKED = 4;

const ARRANGEMENTS = [
  { value: 'calls', label: 'Calls' },
  { value: 'errors', label: 'Errors first' },
  { value: 'services', label: 'By service' },
] as const;
const SCALES = [
  { value: 'fold', label: 'Fold waits' },
  { value: 'true', label: 'True scale' },
] as const;

/** The trace as drawn: tree, order, scale, selection. */
function useTraceView(detail: TraceDetail) {
  const [order, setOrder] = useUrlState<Arrangement>('order', 'calls');
  const [waits, setWaits] = useUrlState<'fold' | 'true'>('waits', 'fold');
  const [chosen, setChosen] = useUrlState<string>('span', '');
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const tree = useMemo(() => buildTree(detail), [detail]);
  const path = useMemo(() => criticalPath(tree), [tree]);
  const all = useMemo(() => visibleRows(tree, new Set(), 'calls'), [tree]);
  const rows = useMemo(() => visibleRows(tree, toggled, order), [tree, toggled, order]);
  const scale = useMemo(
    () => timeScale(zoom?.from ?? 0, zoom?.to ?? tree.total, marksOf(tree), waits === 'fold'),
    [tree, zoom, waits],
  );
  const select = useCallback((id: string) => setChosen(id), [setChosen]);
  const toggle = useCallback((id: string) => {
    setToggled((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  // The touched span is what a person came for; without one, the root.
  const first = useMemo(() => all.find((r) => r.node.injected)?.key ?? all[0]?.key ?? '', [all]);
  const index = useMemo(() => rowIndex(rows), [rows]);
  const known = index.has(chosen) || tree.byId.has(chosen);
  const selected = known ? chosen : first;
  const row = rows[index.get(selected) ?? -1];
  const node = tree.byId.get(selected) ?? row?.node;
  return {
    node,
    known,
    order,
    setOrder,
    waits,
    setWaits,
    tree,
    path,
    all,
    rows,
    scale,
    zoom,
    setZoom,
    selected,
    select,
    toggle,
  };
}

function TraceView({ detail }: { detail: TraceDetail }) {
  const view = useTraceView(detail);
  const { tree, path, rows, selected, select, node } = view;
  const linked = useLinkedTraces(detail.linkedTraceIds, MOST_LINKED);
  const root = mainRoot(tree);
  const step = (by: 1 | -1) => {
    const next = rows[rows.findIndex((r) => r.key === selected) + by];
    if (next) select(next.key);
  };
  const save = () => download(`trace-${detail.traceId}.json`, JSON.stringify(detail, null, 2));
  return (
    <Page
      title={<TraceTitle root={root} traceId={detail.traceId} />}
      facts={<TraceFacts detail={detail} tree={tree} root={root} injectedNs={injectedOnPath(tree, path)} />}
      actions={
        <Button size="sm" onClick={save}>
          Save JSON
        </Button>
      }
      aside={node ? <SpanPanel detail={detail} node={node} step={step} /> : null}
      fixed
    >
      <Minimap rows={view.all} total={tree.total} zoom={view.zoom} setZoom={view.setZoom} />
      <div className={styles.head}>
        <SegmentedControl
          label="Order"
          size="sm"
          options={ARRANGEMENTS}
          value={view.order}
          onChange={view.setOrder}
        />
        <SegmentedControl
          label="Scale"
          size="sm"
          options={SCALES}
          value={view.waits}
          onChange={view.setWaits}
        />
        {view.zoom ? (
          <Button size="sm" variant="quiet" onClick={() => view.setZoom(null)}>
            Whole trace
          </Button>
        ) : null}
        <span className="gap" />
        <Legend className={styles.legend} />
      </div>
      <div className={styles.waterfall}>
        <Axis scale={view.scale} />
        <Waterfall
          rows={rows}
          scale={view.scale}
          path={path}
          selected={selected}
          chosen={view.known}
          select={select}
          toggle={view.toggle}
          label={`Waterfall of ${detail.spanCount} spans`}
        />
        <LinkedTraces detail={detail} linked={linked} />
      </div>
    </Page>
  );
}

/** /traces/:id */
export function TracePage({ id }: { id: string }) {
  const query = useTrace(id);
  if (query.data && query.data.spans.length > 0) return <TraceView detail={query.data} />;
  const missing =
    query.data !== undefined &&
    new StormglassError(
      'not_found',
      'This trace has no spans in the store.',
      'It may be older than the retention, or its spans are still on their way: reload in a second.',
    );
  return (
    <Page
      title="Trace"
      about={<span className="mono">{id}</span>}
      actions={<RangeLink href="/traces">All traces</RangeLink>}
    >
      <QueryState
        query={missing ? { ...query, data: undefined, error: missing } : query}
        rows={16}
        rowHeight={22}
      >
        {() => null}
      </QueryState>
    </Page>
  );
}
