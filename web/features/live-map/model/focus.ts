import type { MapEdge, MapStructure } from './structure.ts';
import type { MapView } from './view.ts';

/** Which way from what was chosen: who calls it, whom it calls, or both. */
export type PathChoice = 'callers' | 'callees' | 'both';

/** What is not dimmed; ids of what is drawn. */
export interface Lit {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
}

interface Chosen {
  node: string;
  edge: string;
}

/** The ends from which the way goes back and forth; null when the map has no such thing. */
function endsOf({ nodes, edges }: MapStructure, { node, edge }: Chosen): { from: string; to: string } | null {
  if (edge !== '') return edges.find(({ id }) => id === edge) ?? null;
  return nodes.some(({ id }) => id === node) ? { from: node, to: node } : null;
}

/** Everything that a way over `next` leads to, and the edges it takes. */
function walk(start: string, next: (id: string) => readonly MapEdge[], end: (edge: MapEdge) => string) {
  const nodes = new Set([start]);
  const edges = new Set<string>();
  const waiting = [start];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const edge of next(id)) {
      // Calls to whom everybody calls would lead everywhere: they count where the way begins, and end there.
      if (edge.recedes && id !== start) continue;
      edges.add(edge.id);
      const there = end(edge);
      if (!nodes.has(there) && !edge.recedes) waiting.push(there);
      nodes.add(there);
    }
  }
  return { nodes, edges };
}

function by(edges: readonly MapEdge[], end: (edge: MapEdge) => string): (id: string) => MapEdge[] {
  const out = new Map<string, MapEdge[]>();
  for (const edge of edges) {
    const list = out.get(end(edge));
    if (list) list.push(edge);
    else out.set(end(edge), [edge]);
  }
  return (id) => out.get(id) ?? [];
}

/** All ways through what was chosen, over calls and queues, by the ids of the whole structure; null: nothing chosen. */
export function pathThrough(structure: MapStructure, chosen: Chosen, choice: PathChoice): Lit | null {
  const ends = endsOf(structure, chosen);
  if (!ends) return null;
  const nodes = new Set([ends.from, ends.to]);
  const edges = new Set(chosen.edge === '' ? [] : [chosen.edge]);
  const add = (found: Lit) => {
    for (const id of found.nodes) nodes.add(id);
    for (const id of found.edges) edges.add(id);
  };
  const { edges: all } = structure;
  const from = ({ from: id }: MapEdge) => id;
  const to = ({ to: id }: MapEdge) => id;
  if (choice !== 'callees') add(walk(ends.from, by(all, to), from));
  if (choice !== 'callers') add(walk(ends.to, by(all, from), to));
  return { nodes, edges };
}

/** The same for what is drawn: a stand-in is lit when anything behind it is. */
export function litIn({ shown, behind, standIn }: MapView, lit: Lit): Lit {
  const edges = shown.edges.filter(({ id }) =>
    (behind.get(id) ?? [{ id }]).some((edge) => lit.edges.has(edge.id)),
  );
  return { nodes: new Set([...lit.nodes].map(standIn)), edges: new Set(edges.map(({ id }) => id)) };
}
