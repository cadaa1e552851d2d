'use client';
import '@xyflow/react/dist/style.css';
import { useElementSize } from '@mantine/hooks';
import {
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  ViewportPortal,
} from '@xyflow/react';
import { type RefObject, useEffect, useMemo, useRef } from 'react';
import { ChosenLabel } from './chosen-label.tsx';
import { DotsLayer } from './dots-layer.tsx';
import { FramesLayer } from './frames-layer.tsx';
import styles from './map.module.css';
import { MapEdgeView } from './map-edge.tsx';
import type { FlowEdge, FlowNode } from './map-types.ts';
import { MapNodeView } from './nodes/map-node.tsx';
import { type MapProps, useFlow } from './use-flow.ts';
import { useViewport } from './use-viewport.ts';
import { ViewButtons } from './view-buttons.tsx';

const NODE_TYPES = { map: MapNodeView };
const EDGE_TYPES = { map: MapEdgeView };
const MIN_ZOOM = 0.1;

/** Beyond this line we see only what our own calls saw. */
function OutsideLine({ x, height }: { x: number; height: number }) {
  return (
    <ViewportPortal>
      <svg className={styles.outside} width={120} height={height} style={{ left: x - 62 }} aria-hidden="true">
        <path
          d={`M2 30V${height - 10}`}
          stroke="var(--line3)"
          strokeWidth={1.4}
          strokeDasharray="0 6"
          strokeLinecap="round"
        />
        <text x={12} y={38} fontSize={11} fill="var(--ink3)">
          outside world
        </text>
      </svg>
    </ViewportPortal>
  );
}

/** Calls move where an edge does not recede; along a path on all of it, and nowhere else. */
function useLively({ map, sight }: MapProps) {
  const { view, curves, figures } = map;
  const { lit } = sight;
  const lively = useMemo(() => {
    const quiet = new Set(view.shown.edges.filter((e) => e.recedes).map((e) => e.id));
    return new Map([...curves].filter(([id]) => (lit === null ? !quiet.has(id) : lit.edges.has(id))));
  }, [view, curves, lit]);
  const rates = useMemo(
    () => new Map([...figures.edges].map(([id, state]) => [id, state.figures?.rate ?? 0])),
    [figures],
  );
  return { lively, rates };
}

/** Who opens or closes a cluster by keyboard goes on from it: what was pressed has gone. */
function useKeptFocus(wrapper: RefObject<HTMLDivElement | null>, open: ReadonlySet<string>): void {
  const before = useRef(open);
  useEffect(() => {
    const opened = [...open].find((id) => !before.current.has(id));
    const closed = [...before.current].find((id) => !open.has(id));
    before.current = open;
    const next =
      opened !== undefined
        ? `[data-frame="${CSS.escape(opened)}"] button`
        : closed !== undefined
          ? `.react-flow__node[data-id="${CSS.escape(closed)}"]`
          : null;
    if (next === null) return;
    // The graph library draws its nodes some effects later.
    const watcher = new MutationObserver(() => {
      const element = wrapper.current?.querySelector<HTMLElement>(next);
      if (!element || document.activeElement !== document.body) return;
      watcher.disconnect();
      element.focus({ preventScroll: true });
    });
    if (wrapper.current) watcher.observe(wrapper.current, { childList: true, subtree: true });
    // Whoever does something else in the meantime is not called back.
    const ended = new AbortController();
    for (const type of ['pointerdown', 'keydown'])
      window.addEventListener(type, () => watcher.disconnect(), { signal: ended.signal });
    return () => {
      watcher.disconnect();
      ended.abort();
    };
  }, [wrapper, open]);
}

function useChanges({ map, selection }: MapProps) {
  const { clustering, view, move } = map;
  const isCluster = (id: string) => view.clusters.some((cluster) => cluster.id === id);
  return {
    onNodesChange: (changes: NodeChange<FlowNode>[]) => {
      for (const change of changes) {
        if (change.type === 'position' && change.position && change.dragging)
          move(change.id, change.position);
        if (change.type !== 'select' || !change.selected) continue;
        if (isCluster(change.id)) clustering.open(change.id);
        else selection.chooseNode(change.id);
      }
    },
    onEdgesChange: (changes: EdgeChange<FlowEdge>[]) => {
      for (const change of changes)
        if (change.type === 'select' && change.selected) selection.chooseEdge(change.id);
    },
  };
}

function Flow(props: MapProps) {
  const { map, selection } = props;
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const wrapper = useRef<HTMLDivElement>(null);
  const { nodes, edges } = useFlow(props);
  useViewport({ width, height }, map, selection.node);
  useKeptFocus(wrapper, map.view.open);
  const { lively, rates } = useLively(props);
  const framed = new Set(map.frames.flatMap(({ cluster }) => cluster.members));
  const outside = map.canvas.tall
    ? undefined
    : map.view.shown.nodes.find((n) => n.kind === 'outside' && !framed.has(n.id));
  const outsideX = outside ? map.places.get(outside.id)?.x : undefined;
  return (
    <div ref={ref} className={styles.canvas}>
      <div ref={wrapper} className={styles.whole}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          nodeOrigin={[0.5, 0.5]}
          {...useChanges(props)}
          onPaneClick={selection.close}
          nodesConnectable={false}
          deleteKeyCode={null}
          zoomOnScroll={false}
          preventScrolling={false}
          minZoom={MIN_ZOOM}
          maxZoom={2.5}
          proOptions={{ hideAttribution: true }}
          aria-label="Live map"
        >
          {outsideX === undefined ? null : <OutsideLine x={outsideX} height={map.canvas.height} />}
          <FramesLayer frames={map.frames} close={map.clustering.close} />
          <DotsLayer
            canvas={map.canvas}
            timeline={map.page.timeline}
            at={map.page.at}
            live={map.page.live}
            curves={lively}
            rates={rates}
            edgeOf={map.view.edgeOf}
          />
          <ChosenLabel edges={edges} />
        </ReactFlow>
      </div>
      <ViewButtons canvas={map.canvas} undo={map.moved ? map.reset : null} />
    </div>
  );
}

export default function MapCanvas(props: MapProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}
