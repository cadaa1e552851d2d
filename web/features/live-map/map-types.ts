import type { Edge, Node } from '@xyflow/react';
import type { Curve } from './model/geometry.ts';
import type { EdgeState, MapEdge, MapNode, NodeFigures } from './model/graph.ts';

/** What a node component is given; figures change several times a second, `node` with the structure only. */
export interface NodeData extends Record<string, unknown> {
  node: MapNode;
  figures: NodeFigures;
  /** The instant shown, epoch ms. */
  at: number;
  /** It shows the newest: what changes has happened just now. */
  live: boolean;
  chosen: boolean;
}

export interface EdgeData extends Record<string, unknown> {
  edge: MapEdge;
  state: EdgeState;
  curve: Curve;
  at: number;
  live: boolean;
  chosen: boolean;
}

export type FlowNode = Node<NodeData>;
export type FlowEdge = Edge<EdgeData>;
