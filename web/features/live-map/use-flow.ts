import { Position } from '@xyflow/react';
import { useMemo } from 'react';
import type { FlowEdge, FlowNode } from './map-types.ts';
import { radiusOf } from './model/cells.ts';
import type { MapNode } from './model/structure.ts';
import type { Compared } from './use-baseline.ts';
import type { MapState } from './use-map.ts';
import type { Selection } from './use-selection.ts';
import type { Sight } from './use-sight.ts';

export interface MapProps {
  map: MapState;
  selection: Selection;
  sight: Sight;
  compared: Compared;
}

/** Edges are drawn from middle to middle and cut at the rings by their own geometry. */
const HANDLES = [
  { type: 'source', position: Position.Right, width: 1, height: 1 },
  { type: 'target', position: Position.Left, width: 1, height: 1 },
] as const;

/** Above the dots, which lie above the edges. */
const NODES_Z = 1;

function nodeLabel({ kind, name, members = 0 }: MapNode): string {
  return kind === 'cluster' ? `cluster ${name}, ${members} inside, closed` : `${kind} ${name}`;
}

function useNodes({ map, selection, sight, compared }: MapProps, at: number): FlowNode[] {
  const { view, places, figures, page, movable } = map;
  const { live } = page;
  const { lit } = sight;
  const chosenId = view.standIn(selection.node);
  const comparing = compared.baseline !== null;
  const { changes } = compared;
  return useMemo(
    () =>
      view.shown.nodes.flatMap((node): FlowNode[] => {
        const place = places.get(node.id);
        const own = figures.nodes.get(node.id);
        if (!place || !own) return [];
        const size = radiusOf(node) * 2;
        const chosen = chosenId === node.id;
        const dim = lit !== null && !chosen && !lit.nodes.has(node.id);
        const change = changes?.nodes.get(node.id) ?? null;
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
            ariaLabel: nodeLabel(node),
            draggable: movable,
            zIndex: NODES_Z,
            data: { node, figures: own, at, live, chosen, dim, comparing, change },
          },
        ];
      }),
    [view, places, figures, at, live, movable, chosenId, lit, comparing, changes],
  );
}

function useEdges({ map, selection, sight, compared }: MapProps, at: number): FlowEdge[] {
  const { view, figures, curves, labels, page } = map;
  const { live } = page;
  const { lit } = sight;
  const comparing = compared.baseline !== null;
  const { changes } = compared;
  const { edge: chosenId } = selection;
  return useMemo(
    () =>
      view.shown.edges.flatMap((edge): FlowEdge[] => {
        const state = figures.edges.get(edge.id);
        const curve = curves.get(edge.id);
        if (!state || !curve) return [];
        const several = view.behind.get(edge.id);
        const chosen = chosenId === edge.id || several?.some(({ id }) => id === chosenId) === true;
        const onPath = lit?.edges.has(edge.id) === true;
        const dim = lit !== null && !chosen && !onPath;
        const change = changes?.edges.get(edge.id) ?? null;
        const label = labels.get(edge.id) ?? null;
        return [
          {
            id: edge.id,
            type: 'map',
            source: edge.from,
            target: edge.to,
            ariaLabel: edgeLabel(edge, several?.length ?? 1),
            data: { edge, state, curve, label, at, live, chosen, dim, lit: onPath, comparing, change },
          },
        ];
      }),
    [view, figures, curves, labels, at, live, chosenId, lit, comparing, changes],
  );
}

function edgeLabel({ from, to }: { from: string; to: string }, several: number): string {
  const plain = `${from} to ${to}`
    .replaceAll('queue:', 'queue ')
    .replaceAll(/(?:namespace|layer|kind):/g, '');
  return several > 1 ? `${plain}, ${several} connections` : plain;
}

/** The map as the graph library wants it. */
export function useFlow(props: MapProps): { nodes: FlowNode[]; edges: FlowEdge[] } {
  const at = Math.floor(props.map.page.at / 250) * 250;
  return { nodes: useNodes(props, at), edges: useEdges(props, at) };
}
