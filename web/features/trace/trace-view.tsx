'use client';
import type { TraceDetail } from '@stormglass/agents/contract';
import dynamic from 'next/dynamic';
import { type RefObject, useEffect, useMemo, useRef } from 'react';
import { Page } from '../../ui/page.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { injectedOnPath, mainRoot } from './critical-path.ts';
import { LinkedTraces } from './linked.tsx';
import { Minimap } from './minimap.tsx';
import { SpanPanel } from './span-panel.tsx';
import { TraceActions } from './trace-actions.tsx';
import { TraceFacts, TraceTitle } from './trace-head.tsx';
import { TraceTools } from './trace-tools.tsx';
import type { SpanTree } from './tree.ts';
import { type TraceViewState, useTraceView } from './use-trace-view.ts';
import styles from './waterfall.module.css';
import { Axis, Waterfall } from './waterfall.tsx';

const loading = () => (
  <div style={{ flex: 1, padding: '0 16px' }}>
    <Skeleton height={240} />
  </div>
);
const FlameView = dynamic(() => import('./flame-view.tsx'), { ssr: false, loading });
const SpanTable = dynamic(() => import('./span-table.tsx'), { ssr: false, loading });

/** Linked traces: those beside the rows, how many more, and whether those that could be rows are hidden. */
export interface LinkedState {
  apart: readonly TraceDetail[];
  more: number;
  handled: number;
  hidden: boolean;
  setHidden: (hidden: 'hidden' | null) => void;
}

interface Props {
  /** The trace alone. */
  own: TraceDetail;
  /** The same with the linked traces that are rows of it: what `tree` was made of. */
  detail: TraceDetail;
  tree: SpanTree;
  linked: LinkedState;
}

function Body({ detail, tree, view }: { detail: TraceDetail; tree: SpanTree; view: TraceViewState }) {
  const { look, lines, scale, selected, known, foundIds, select } = view;
  const shared = { tree, chosen: known, found: foundIds, select };
  switch (look) {
    case 'table':
      return <SpanTable {...shared} selected={selected} />;
    case 'flame':
      return (
        <>
          <Axis scale={scale} wide />
          <FlameView {...shared} scale={scale} node={view.node} />
        </>
      );
    default:
      return (
        <>
          <Axis scale={scale} />
          <Waterfall
            rows={lines.rows}
            rowOf={lines.index}
            logs={view.logs}
            found={foundIds}
            scale={scale}
            path={view.path}
            selected={selected}
            chosen={known}
            select={select}
            toggle={view.toggle}
            label={`Waterfall of ${detail.spanCount} spans`}
          />
        </>
      );
  }
}

/** `/` goes to the search from anywhere that is no field; on a page just opened nothing has the focus yet. */
function useSlash(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const go = (e: KeyboardEvent) => {
      if (e.key !== '/' || e.altKey || e.ctrlKey || e.metaKey || e.defaultPrevented) return;
      if (e.target instanceof Element && e.target.matches('input, textarea, select, [contenteditable]'))
        return;
      e.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener('keydown', go);
    return () => document.removeEventListener('keydown', go);
  }, [field]);
}

/** A trace whose tree is there. */
export function TraceView({ own, detail, tree, linked }: Props) {
  const view = useTraceView(detail, tree);
  const { path, lines, selected, select, node } = view;
  const body = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useSlash(field);
  const root = useMemo(() => mainRoot(tree), [tree]);
  const injectedNs = useMemo(() => injectedOnPath(tree, path), [tree, path]);
  const step = (by: 1 | -1) => {
    const next = lines.rows[(lines.index.get(selected) ?? -1) + by];
    if (next) select(next.key);
  };
  const leave = () => body.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  const logs = node ? (view.logs.get(node.span.spanId) ?? []) : [];
  return (
    <div className={styles.whole}>
      <Page
        title={<TraceTitle root={root} traceId={detail.traceId} />}
        facts={<TraceFacts detail={detail} tree={tree} root={root} injectedNs={injectedNs} />}
        actions={<TraceActions detail={own} />}
        aside={node ? <SpanPanel detail={detail} node={node} logs={logs} step={step} /> : null}
        fixed
      >
        <Minimap tree={tree} zoom={view.zoom} setZoom={view.setZoom} />
        <TraceTools view={view} linked={linked} field={field} leave={leave} />
        <div className={styles.waterfall} ref={body}>
          <Body detail={detail} tree={tree} view={view} />
          <LinkedTraces detail={detail} linked={linked.apart} more={linked.more} />
        </div>
      </Page>
    </div>
  );
}
