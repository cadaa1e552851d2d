export interface Dependency {
  from: string;
  to: string;
}

export interface StartOrder {
  /** Each wave can be started together once the one before is healthy. Services of one cycle share a wave. */
  waves: string[][];
  /** Services which need each other, each cycle sorted by name. */
  cycles: string[][];
}

/** Callees before callers. */
export function startOrder(services: readonly string[], dependencies: readonly Dependency[]): StartOrder {
  const needs = new Map<string, Set<string>>(services.map((service) => [service, new Set()]));
  for (const { from, to } of dependencies) if (needs.has(to)) needs.get(from)?.add(to);
  const groups = strongComponents(needs);
  const groupOf = new Map(groups.flatMap((group, i) => group.map((service) => [service, i] as const)));
  const depth = new Map<number, number>();
  const depthOf = (group: number): number => {
    const known = depth.get(group);
    if (known !== undefined) return known;
    const below = (groups[group] ?? [])
      .flatMap((service) => [...(needs.get(service) ?? [])])
      .map((service) => groupOf.get(service) ?? group)
      .filter((other) => other !== group);
    const own = below.length === 0 ? 0 : 1 + Math.max(...below.map(depthOf));
    depth.set(group, own);
    return own;
  };
  const waves: string[][] = [];
  for (const [i, group] of groups.entries()) {
    const wave = depthOf(i);
    waves[wave] = [...(waves[wave] ?? []), ...group].sort();
  }
  const cycles = groups.filter(
    ([first, ...rest]) => rest.length > 0 || needs.get(first ?? '')?.has(first ?? ''),
  );
  return { waves, cycles: cycles.map((cycle) => cycle.toSorted()) };
}

/** Groups of nodes which reach each other (Tarjan); a node that is in no cycle is a group of its own. */
function strongComponents(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const groups: string[][] = [];
  const visit = (node: string): number => {
    const own = index.size;
    index.set(node, own);
    low.set(node, own);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      const reached = index.has(next) ? (stack.includes(next) ? (index.get(next) ?? own) : own) : visit(next);
      low.set(node, Math.min(low.get(node) ?? own, reached));
    }
    if (low.get(node) === own) groups.push(stack.splice(stack.indexOf(node)));
    return low.get(node) ?? own;
  };
  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return groups;
}
