'use client';
import '@xyflow/react/dist/style.css';
import { useElementSize } from '@mantine/hooks';
import {
  type EdgeChange,
  type NodeChange,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from '@xyflow/react';
import { useEffect, useMemo } from 'react';
import { Button } from '../../ui/button.tsx';
import { DotsLayer } from './dots-layer.tsx';
import styles from './map.module.css';
import { MapEdgeView } from './map-edge.tsx';
import type { FlowEdge, FlowNode } from './map-types.ts';
import { radiusOf } from './model/cells.ts';
import type { Canvas } from './model/layout.ts';
import { MapNodeView } from './nodes/map-node.tsx';
import type { useMap } from './use-map.ts';
import type { Selection } from './use-selection.ts';

/** Below this zoom the text of the map is too small to read. */
const MIN_READABLE_ZOOM = 0.6;
/** Edges are drawn from middle to middle and cut at the rings by their own geometry. */
const HANDLES = [
  { type: 'source', position: Position.Right, width: 1, height: 1 },
  { type: 'target', position: Position.Left, width: 1, height: 1 },
] as const;
const NODE_TYPES = { map: MapNodeView };
const EDGE_TYPES = { map: MapEdgeView };

interface Props {
  map: ReturnType<typeof useMap>;
  selection: Selection;
}

function useFlow({ map, selection }: Props): { nodes: FlowNode[]; edges: FlowEdge[] } {
  const { structure, places, figures, curves, labels, page } = map;
  const at = Math.floor(page.at / 250) * 250;
  const { live } = page;
  const nodes = useMemo(
    () =>
      structure.nodes.flatMap((node): FlowNode[] => {
        const place = places.get(node.id);
        const own = figures.nodes.get(node.id);
        if (!place || !own) return [];
        const size = radiusOf(node) * 2;
        const chosen = selection.node === node.id;
        return [
          {
            id: node.id,
            type: 'map',
            position: place,
            width: size,
            height: size,
            // Measured here, because a node made anew is otherwise unmeasured, and its edges vanish until it is seen.
            measured: { width: size, height: size },
            handles: HANDLES.map((handle) => ({ ...handle, x: size / 2, y: size / 2 })),
            ariaLabel: `${node.kind} ${node.name}`,
            data: { node, figures: own, at, live, chosen },
          },
        ];
      }),
    [structure, places, figures, at, live, selection.node],
  );
  const edges = useMemo(
    () =>
      structure.edges.flatMap((edge): FlowEdge[] => {
        const state = figures.edges.get(edge.id);
        const curve = curves.get(edge.id);
        if (!state || !curve) return [];
        const chosen = selection.edge === edge.id;
        return [
          {
            id: edge.id,
            type: 'map',
            source: edge.from,
            target: edge.to,
            ariaLabel: `${edge.from} to ${edge.to}`.replaceAll('queue:', 'queue '),
            data: { edge, state, curve, label: labels.get(edge.id) ?? null, at, live, chosen },
          },
        ];
      }),
    [structure, figures, curves, labels, at, live, selection.edge],
  );
  return { nodes, edges };
}

/** Keeps the whole map in view while its place changes size. */
function useFitted(width: number, height: number, canvas: Canvas) {
  const flow = useReactFlow();
  useEffect(() => {
    if (width === 0 || height === 0) return;
    const zoom = Math.min(width / canvas.width, height / canvas.height);
    if (zoom >= MIN_READABLE_ZOOM) {
      flow.fitBounds({ x: 0, y: 0, ...canvas }, { padding: 0.005 });
      return;
    }
    // Too much to be read at once: its width, from its top or its middle; the rest is a swipe away.
    const readable = Math.max(MIN_READABLE_ZOOM, width / canvas.width);
    flow.setViewport({
      x: (width - canvas.width * readable) / 2,
      y: canvas.tall ? 0 : (height - canvas.height * readable) / 2,
      zoom: readable,
    });
  }, [flow, width, height, canvas]);
}

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

function Flow(props: Props) {
  const { map, selection } = props;
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const { nodes, edges } = useFlow(props);
  useFitted(width, height, map.canvas);
  const onNodesChange = (changes: NodeChange<FlowNode>[]) => {
    for (const change of changes) {
      if (change.type === 'position' && change.position && change.dragging)
        map.move(change.id, change.position);
      if (change.type === 'select' && change.selected) selection.chooseNode(change.id);
    }
  };
  const onEdgesChange = (changes: EdgeChange<FlowEdge>[]) => {
    for (const change of changes)
      if (change.type === 'select' && change.selected) selection.chooseEdge(change.id);
  };
  const outside = map.canvas.tall ? undefined : map.structure.nodes.find((n) => n.kind === 'outside');
  const outsideX = outside ? map.places.get(outside.id)?.x : undefined;
  // Where an edge recedes, its calls do too.
  const lively = useMemo(() => {
    const quiet = new Set(map.structure.edges.filter((e) => e.recedes).map((e) => e.id));
    return new Map([...map.curves].filter(([id]) => !quiet.has(id)));
  }, [map.structure, map.curves]);
  const rates = useMemo(
    () => new Map([...map.figures.edges].map(([id, state]) => [id, state.figures?.rate ?? 0])),
    [map.figures],
  );
  return (
    <div ref={ref} className={styles.canvas}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodeOrigin={[0.5, 0.5]}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onPaneClick={selection.close}
        nodesConnectable={false}
        deleteKeyCode={null}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.25}
        maxZoom={2.5}
        proOptions={{ hideAttribution: true }}
        aria-label="Live map"
      >
        {outsideX === undefined ? null : <OutsideLine x={outsideX} height={map.canvas.height} />}
        <DotsLayer
          canvas={map.canvas}
          timeline={map.page.timeline}
          at={map.page.at}
          live={map.page.live}
          curves={lively}
          rates={rates}
        />
      </ReactFlow>
      {map.moved ? (
        <Button size="sm" className={styles.reset} onClick={map.reset}>
          Undo moves
        </Button>
      ) : null}
    </div>
  );
}

export default function MapCanvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}
