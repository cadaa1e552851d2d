'use client';
import type { TraceDetail } from '@stormglass/agents/contract';
import { useCallback, useDeferredValue, useMemo } from 'react';
import { useUrlState } from '../../live/url-state.ts';
import { criticalPath, pathSegments, type Segment, WALKED_HERE } from './critical-path.ts';
import { growFound } from './find.ts';
import { type LogsBySpan, logsBySpan } from './marks.ts';
import { useServerPath } from './queries.ts';
import { type Arrangement, growIndex, growRows, opened, type Row } from './rows.ts';
import { growMarks } from './scale-model.ts';
import type { Steps } from './slices.ts';
import { timeScale } from './time-scale.ts';
import type { SpanNode, SpanTree } from './tree.ts';
import { useSteps } from './use-steps.ts';
import { useToggled } from './use-toggled.ts';
import { parseZoom, type Zoom, zoomText } from './zoom.ts';

export type TraceLook = 'rows' | 'flame' | 'table';

interface Lines {
  rows: readonly Row[];
  index: ReadonlyMap<string, number>;
}

const NO_LINES: Lines = { rows: [], index: new Map() };
const NO_MARKS: readonly number[] = [];
const NONE_FOUND: readonly SpanNode[] = [];
const NO_PATH: readonly Segment[] = [];

function* growLines(tree: SpanTree, toggled: ReadonlySet<string>, order: Arrangement): Steps<Lines> {
  const rows = yield* growRows(tree, toggled, order);
  return { rows, index: yield* growIndex(rows) };
}

/** Walked here, or by the server when that takes longer than a frame. */
function usePath(detail: TraceDetail, tree: SpanTree): readonly Segment[] {
  const large = detail.spanCount > WALKED_HERE;
  const asked = useServerPath(detail.traceId, large);
  return useMemo(() => {
    if (!large) return criticalPath(tree);
    return asked ? pathSegments(asked) : NO_PATH;
  }, [large, asked, tree]);
}

function useZoom(): [Zoom | null, (zoom: Zoom | null) => void] {
  const [text, setText] = useUrlState<string>('zoom', '');
  const zoom = useMemo(() => parseZoom(text), [text]);
  const setZoom = useCallback((next: Zoom | null) => setText(zoomText(next)), [setText]);
  return [zoom, setZoom];
}

function useScale(tree: SpanTree, zoom: Zoom | null, fold: boolean) {
  const steps = useCallback(() => growMarks(tree), [tree]);
  const marks = useSteps(steps) ?? NO_MARKS;
  return useMemo(
    () => timeScale(zoom?.from ?? 0, zoom?.to ?? tree.total, marks, fold),
    [tree, zoom, marks, fold],
  );
}

/** What the search finds, a moment after the last key. */
function useFound(tree: SpanTree, logs: LogsBySpan) {
  const [find, setFind] = useUrlState<string>('find', '');
  const text = useDeferredValue(find);
  const steps = useCallback(() => growFound(tree, text, logs), [tree, text, logs]);
  const found = useSteps(steps) ?? NONE_FOUND;
  const foundIds = useMemo(() => new Set(found.map((node) => node.span.spanId)), [found]);
  return { find, setFind, found, foundIds };
}

/** The trace as drawn: order, scale, search, selection; all of it in the address. `detail` is what `tree` was made of. */
export function useTraceView(detail: TraceDetail, tree: SpanTree) {
  const [look, setLook] = useUrlState<TraceLook>('view', 'rows');
  const [order, setOrder] = useUrlState<Arrangement>('order', 'calls');
  const [waits, setWaits] = useUrlState<'fold' | 'true'>('waits', 'fold');
  const [chosen, setChosen] = useUrlState<string>('span', '');
  const [toggled, setToggled] = useToggled();
  const [zoom, setZoom] = useZoom();
  const logs = useMemo(() => logsBySpan(detail), [detail]);
  const path = usePath(detail, tree);
  const steps = useCallback(() => growLines(tree, toggled, order), [tree, toggled, order]);
  const lines = useSteps(steps) ?? NO_LINES;
  const scale = useScale(tree, zoom, waits === 'fold');
  const search = useFound(tree, logs);
  const select = useCallback((id: string) => setChosen(id), [setChosen]);
  const toggle = useCallback(
    (id: string) => {
      const next = new Set(toggled);
      if (!next.delete(id)) next.add(id);
      setToggled(next);
    },
    [toggled, setToggled],
  );
  const reveal = (node: SpanNode) => {
    setToggled(opened(node, toggled, order));
    setChosen(node.span.spanId);
  };
  // The touched span is what a person came for; without one, the root.
  const first = useMemo(
    () => (tree.order.find((node) => node.injected && !node.linked) ?? tree.order[0])?.span.spanId ?? '',
    [tree],
  );
  const known = lines.index.has(chosen) || tree.byId.has(chosen);
  const selected = known ? chosen : first;
  const node = tree.byId.get(selected) ?? lines.rows[lines.index.get(selected) ?? -1]?.node ?? null;
  return {
    ...{ look, setLook, order, setOrder, waits, setWaits, zoom, setZoom, scale },
    ...{ lines, path, logs, known, selected, node, select, toggle, reveal, ...search },
  };
}

export type TraceViewState = ReturnType<typeof useTraceView>;
