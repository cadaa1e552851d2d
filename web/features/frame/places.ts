import type { RailIconName } from '../../ui/glyphs/rail-icons.tsx';

export interface Place {
  href: string;
  name: string;
  icon: RailIconName;
  /** What one finds there, for the palette. */
  about: string;
  /** Pages of this place whose address is none below its own. */
  also?: readonly string[];
}

export const PLACES: readonly Place[] = [
  { href: '/', name: 'Live', icon: 'live', about: 'Map of services, queues and traffic' },
  { href: '/traces', name: 'Traces', icon: 'traces', about: 'Search traces, read one' },
  { href: '/breakers', name: 'Breakers', icon: 'breakers', about: 'Circuit breakers, most trouble first' },
  { href: '/queues', name: 'Queues', icon: 'queues', about: 'Depth, rates, dead letters' },
  { href: '/sagas', name: 'Sagas', icon: 'sagas', about: 'Sagas, compensations, trigger' },
  { href: '/chaos', name: 'Chaos', icon: 'chaos', about: 'Experiments and their reports' },
  { href: '/scorecard', name: 'Scorecard', icon: 'scorecard', about: 'Service levels and budgets' },
  {
    href: '/agents',
    name: 'Agents',
    icon: 'agents',
    about: 'Who is connected and what each can hurt',
    also: ['/attach'],
  },
];

/** The place a path belongs to; `/traces/abc` belongs to Traces. */
export function placeOf(path: string): Place | undefined {
  return PLACES.find((p) =>
    p.href === '/'
      ? path === '/'
      : path === p.href || path.startsWith(`${p.href}/`) || p.also?.includes(path),
  );
}
