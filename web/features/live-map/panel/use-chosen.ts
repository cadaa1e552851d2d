import { useMemo } from 'react';
import type { Chosen } from '../model/break-options.ts';
import type { MapStructure } from '../model/structure.ts';
import type { Selection } from '../use-selection.ts';

/** The address names something that is not on the map: what it calls it, and why it is not there. */
export interface Absent {
  kind: 'absent';
  name: string;
  why: string;
}

const plain = (id: string) => id.replace(/^queue:/, '');

function absentNode({ nodes }: MapStructure, id: string): Absent {
  const known = nodes.filter((n) => n.kind === 'service').map((n) => n.name);
  const there =
    known.length === 0 ? 'No service has been seen.' : `Seen in the last 5 minutes: ${known.join(', ')}.`;
  const what = id.startsWith('queue:') ? 'queue' : 'service';
  return { kind: 'absent', name: plain(id), why: `There is no such ${what} here. ${there}` };
}

function absentEdge({ nodes, edges }: MapStructure, id: string): Absent {
  const [from = '', to = ''] = id.split('>');
  const name = `${plain(from)} → ${plain(to)}`;
  const missing = [from, to].find((end) => !nodes.some((n) => n.id === end));
  if (missing !== undefined) {
    return { kind: 'absent', name, why: `There is no ${plain(missing) || 'such service'} here.` };
  }
  const others = edges.filter((e) => e.from === from).map((e) => plain(e.to));
  const calls = others.length === 0 ? 'it called nobody' : `it called ${others.join(', ')}`;
  return {
    kind: 'absent',
    name,
    why: `${plain(from)} has not called ${plain(to)} in the last 5 minutes; ${calls}. What was never called cannot be broken.`,
  };
}

/** The selection of the URL as a thing of the map, or why there is none; null when nothing was selected. */
export function chosenOf(
  structure: MapStructure,
  selection: Pick<Selection, 'node' | 'edge'>,
): Chosen | Absent | null {
  if (selection.edge !== '') {
    const edge = structure.edges.find((e) => e.id === selection.edge);
    return edge ? { kind: 'edge', from: edge.from, to: edge.to } : absentEdge(structure, selection.edge);
  }
  if (selection.node === '') return null;
  const node = structure.nodes.find((n) => n.id === selection.node);
  if (!node) return absentNode(structure, selection.node);
  if (node.kind === 'queue') {
    const consumers = structure.edges.filter((e) => e.from === node.id).map((e) => e.to);
    return { kind: 'queue', queue: node.name, consumers };
  }
  const queues = structure.edges
    .filter((e) => e.kind === 'consumer' && e.to === node.id)
    .map((e) => plain(e.from));
  return { kind: 'service', service: node.id, queues };
}

export function useChosen(structure: MapStructure, selection: Selection): Chosen | Absent | null {
  const { node, edge } = selection;
  return useMemo(() => chosenOf(structure, { node, edge }), [structure, node, edge]);
}
