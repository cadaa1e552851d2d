import type { Edge, Node } from '@xyflow/react';
import type { Change } from './model/compare.ts';
import type { Curve } from './model/geometry.ts';
import type { EdgeState, NodeFigures } from './model/graph.ts';
import type { LabelPlace } from './model/routes.ts';
import type { MapEdge, MapNode } from './model/structure.ts';

/** What a node component is given; figures change several times a second, `node` with the structure only. */
export interface NodeData extends Record<string, unknown> {
  node: MapNode;
  figures: NodeFigures;
  /** The instant shown, epoch ms. */
  at: number;
  /** It shows the newest: what changes has happened just now. */
  live: boolean;
  chosen: boolean;
  /** It is not on the path, or not among what was searched. */
  dim: boolean;
  comparing: boolean;
  /** Against the baseline; null when that does not know it. */
  change: Change | null;
}

export interface EdgeData extends Record<string, unknown> {
  edge: MapEdge;
  state: EdgeState;
  curve: Curve;
  /** Where its words have room; null: nowhere. */
  label: LabelPlace | null;
  at: number;
  live: boolean;
  chosen: boolean;
  dim: boolean;
  /** It is on the path, or among what was searched. */
  lit: boolean;
  comparing: boolean;
  change: Change | null;
}

export type FlowNode = Node<NodeData>;
export type FlowEdge = Edge<EdgeData>;
