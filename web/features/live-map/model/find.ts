import type { Lit } from './focus.ts';
import type { MapNode, MapStructure } from './structure.ts';
import type { MapView } from './view.ts';

/** Nodes whose name has all the words, those that begin with the first word first; none for an empty text. */
export function foundNodes({ nodes }: MapStructure, text: string): MapNode[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const [first] = words;
  if (first === undefined) return [];
  const rank = ({ name }: MapNode): number => (name.toLowerCase().startsWith(first) ? 0 : 1);
  return nodes
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The one after the chosen one, or before it; the first when none of them is chosen. */
export function nextFound(found: readonly MapNode[], chosen: string, by: 1 | -1): MapNode | null {
  const at = found.findIndex(({ id }) => id === chosen);
  if (at < 0) return found[0] ?? null;
  return found[(at + by + found.length) % found.length] ?? null;
}

/** Only what was found is lit, and the edges between. */
export function litByFind({ shown, standIn }: MapView, found: readonly MapNode[]): Lit {
  const nodes = new Set(found.map(({ id }) => standIn(id)));
  const edges = shown.edges.filter(({ from, to }) => nodes.has(from) && nodes.has(to));
  return { nodes, edges: new Set(edges.map(({ id }) => id)) };
}
