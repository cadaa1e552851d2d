/** What a service needs to be told from the others by who calls it. */
interface Called {
  id: string;
  kind: string;
}
interface Call {
  from: string;
  to: string;
  kind: string;
}

/** Fewer callers than this make no service a common one, however small the map. */
const MIN_CALLERS = 4;
const CALLERS_SHARE = 0.6;

/**
 * The services which nearly everybody calls (identity, registry): they tell nothing about who depends on whom, so they
 * stand apart and their edges recede.
 */
export function sharedServices(nodes: readonly Called[], edges: readonly Call[]): Set<string> {
  const services = new Set(nodes.filter((n) => n.kind === 'service').map((n) => n.id));
  const callers = new Map<string, number>();
  for (const { from, to, kind } of edges) {
    if (kind === 'client' && services.has(from) && services.has(to))
      callers.set(to, (callers.get(to) ?? 0) + 1);
  }
  const enough = Math.max(MIN_CALLERS, services.size * CALLERS_SHARE);
  return new Set([...callers].filter(([, count]) => count >= enough).map(([id]) => id));
}
