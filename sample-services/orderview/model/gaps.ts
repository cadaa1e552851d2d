import type { ShopEvent } from '../../events/shop-event.ts';
import type { Gap } from './details.ts';

/** What must have happened and was not heard of: versions below the newest of a stream, and the placing of the order. */
export function gapsOf(orderId: string, events: readonly ShopEvent[]): Gap[] {
  const own = `order:${orderId}`;
  const seen = new Map<string, Set<number>>([[own, new Set()]]);
  for (const { stream, version } of events) seen.set(stream, (seen.get(stream) ?? new Set()).add(version));
  return [...seen]
    .map(([stream, versions]) => ({ stream, missing: missing(versions) }))
    .filter((gap) => gap.missing.length > 0)
    .sort((a, b) => (a.stream < b.stream ? -1 : 1));
}

function missing(versions: ReadonlySet<number>): number[] {
  const newest = Math.max(1, ...versions);
  return Array.from({ length: newest }, (_, i) => i + 1).filter((version) => !versions.has(version));
}
