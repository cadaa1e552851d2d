import { useMemo } from 'react';
import type { Chosen } from '../model/break-options.ts';
import type { MapStructure } from '../model/structure.ts';
import type { Selection } from '../use-selection.ts';

/** The selection of the URL as a thing of the map; null when the map does not (yet) know it. */
export function chosenOf(
  structure: MapStructure,
  selection: Pick<Selection, 'node' | 'edge'>,
): Chosen | null {
  if (selection.edge !== '') {
    const [from = '', to = ''] = selection.edge.split('>');
    return from === '' || to === '' ? null : { kind: 'edge', from, to };
  }
  const node = structure.nodes.find((n) => n.id === selection.node);
  if (node?.kind === 'queue') {
    const consumers = structure.edges.filter((e) => e.from === node.id).map((e) => e.to);
    return { kind: 'queue', queue: node.name, consumers };
  }
  if (selection.node === '') return null;
  const queues = structure.edges
    .filter((e) => e.kind === 'consumer' && e.to === selection.node)
    .map((e) => e.from.replace(/^queue:/, ''));
  return { kind: 'service', service: selection.node, queues };
}

export function useChosen(structure: MapStructure, selection: Selection): Chosen | null {
  const { node, edge } = selection;
  return useMemo(() => chosenOf(structure, { node, edge }), [structure, node, edge]);
}
