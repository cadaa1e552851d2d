import type { MapEdge, MapNode, MapStructure } from './structure.ts';

/** A service with the queues which it alone empties, or a queue without such a service; they stand together. */
export interface Group {
  /** Null: a queue of nobody or of several. */
  node: MapNode | null;
  queues: MapNode[];
  layer: number;
}

const byId = <T extends { id: string }>(a: T, b: T): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Longest path from whoever is called by nobody; a cycle is cut where the walk meets it again. */
function depths(
  ids: readonly string[],
  callers: ReadonlyMap<string, readonly string[]>,
): Map<string, number> {
  const out = new Map<string, number>();
  const walking = new Set<string>();
  const depthOf = (id: string): number => {
    const known = out.get(id);
    if (known !== undefined) return known;
    if (walking.has(id)) return -1;
    walking.add(id);
    let depth = 0;
    for (const caller of callers.get(id) ?? []) depth = Math.max(depth, depthOf(caller) + 1);
    walking.delete(id);
    out.set(id, depth);
    return depth;
  };
  // Who is called least begins, so that a cycle is cut at its far end.
  const order = [...ids].sort(
    (a, b) => (callers.get(a)?.length ?? 0) - (callers.get(b)?.length ?? 0) || (a < b ? -1 : 1),
  );
  for (const id of order) depthOf(id);
  return out;
}

function callersOf({ edges, nodes }: MapStructure): Map<string, string[]> {
  const shared = new Set(nodes.filter((n) => n.shared).map((n) => n.id));
  const calls = edges
    .filter((e) => e.kind === 'client' && !shared.has(e.from) && !shared.has(e.to))
    .sort(byId);
  const callers = new Map<string, string[]>();
  const add = ({ from, to }: MapEdge) => callers.set(to, [...(callers.get(to) ?? []), from]);
  for (const call of calls) if (call.used) add(call);
  // Who may call somebody counts where nobody does.
  const seen = new Set(callers.keys());
  for (const call of calls) if (!call.used && !seen.has(call.to)) add(call);
  return callers;
}

/** Who alone empties a queue: as seen, else by the queue's name (`orders.events`). */
function ownerOf(queue: MapNode, { nodes, edges }: MapStructure): string | null {
  const consumers = new Set(edges.filter((e) => e.from === queue.id).map((e) => e.to));
  if (consumers.size > 1) return null;
  const [only] = consumers;
  if (only !== undefined) return only;
  const named = nodes.filter(
    (n) => n.kind === 'service' && new RegExp(`^${escaped(n.name)}\\b`).test(queue.name),
  );
  return named.sort((a, b) => b.name.length - a.name.length || byId(a, b))[0]?.id ?? null;
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Who is never called but takes messages stands right of those that send them. */
function withMessages(
  structure: MapStructure,
  layers: Map<string, number>,
  called: ReadonlySet<string>,
): void {
  const waiting = structure.nodes
    .filter((n) => n.kind === 'service' && !n.shared && !called.has(n.id))
    .sort(byId);
  for (const { id } of waiting) {
    const taken = new Set(
      structure.edges.filter((e) => e.kind === 'consumer' && e.to === id).map((e) => e.from),
    );
    const senders = structure.edges
      .filter((e) => e.kind === 'producer' && taken.has(e.to) && e.from !== id && called.has(e.from))
      .map((e) => layers.get(e.from) ?? 0);
    if (senders.length > 0) layers.set(id, Math.max(...senders.map((layer) => layer + 1)));
  }
}

/** The layer of each node that is no queue: how many calls it is away from where they begin. */
function layersOf(structure: MapStructure): Map<string, number> {
  const callers = callersOf(structure);
  const ids = structure.nodes.filter((n) => n.kind !== 'queue' && !n.shared).map((n) => n.id);
  const layers = depths(ids, callers);
  const called = new Set(callers.keys());
  withMessages(structure, layers, called);
  const inside = structure.nodes.filter((n) => n.kind !== 'outside' && n.kind !== 'queue' && !n.shared);
  const last = Math.max(0, ...inside.map((n) => layers.get(n.id) ?? 0));
  for (const node of structure.nodes) {
    // Outside parties stand beyond everybody else.
    if (node.kind === 'outside') layers.set(node.id, last + 1);
    // Those whom everybody calls stand beside where the calls come in.
    else if (node.shared) layers.set(node.id, Math.min(1, last));
  }
  return layers;
}

/** Everything that stands on the map, in groups; the same for the same structure, in whatever order it came. */
export function groupsOf(structure: MapStructure): Group[] {
  const layers = layersOf(structure);
  const groups = new Map<string, Group>();
  const nodes = [...structure.nodes].sort(byId);
  for (const node of nodes) {
    if (node.kind !== 'queue') groups.set(node.id, { node, queues: [], layer: layers.get(node.id) ?? 0 });
  }
  for (const queue of nodes.filter((n) => n.kind === 'queue')) {
    const owner = groups.get(ownerOf(queue, structure) ?? '');
    if (owner) owner.queues.push(queue);
    else groups.set(queue.id, { node: null, queues: [queue], layer: freeLayer(queue, structure, layers) });
  }
  return [...groups.values()];
}

/** After the first who sends into it. */
function freeLayer(queue: MapNode, { edges }: MapStructure, layers: ReadonlyMap<string, number>): number {
  const senders = edges.filter((e) => e.to === queue.id).map((e) => layers.get(e.from) ?? 0);
  return senders.length === 0 ? 1 : Math.min(...senders) + 1;
}
