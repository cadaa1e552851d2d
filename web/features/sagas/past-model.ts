import type { Past } from '@stormglass/agents/contract';

/** One stop of the slider: an event of one of the histories. */
export interface Stop {
  at: number;
  what: string;
  id: string;
  event: string;
  version: number;
}

interface Field {
  name: string;
  value: string;
  /** The event at which the slider stands has changed it. */
  changed: boolean;
}

export interface Card {
  what: string;
  id: string;
  /** 0: nothing had happened to it yet. */
  version: number;
  versions: number;
  /** The event that made it what it is; empty before the first. */
  event: string;
  fields: Field[];
}

/** What says nothing new beside the title and the version. */
const QUIET = new Set(['version', 'sagaId', 'mode']);
const CENTS = new Set(['amount', 'captured', 'refunded']);

/** All events of all histories in order of time; of one instant, as the histories stand. */
export function stopsOf(pasts: readonly Past[]): Stop[] {
  return pasts
    .flatMap(({ what, id, versions }) =>
      versions.map(({ at, event, version }) => ({ at, what, id, event, version })),
    )
    .sort((a, b) => a.at - b.at);
}

/** The stop at which an instant falls: the last that had happened; the first when none had. */
export function stopAt(stops: readonly Stop[], at: number): number {
  return Math.max(
    0,
    stops.findLastIndex((stop) => stop.at <= at),
  );
}

function text(name: string, value: unknown): string {
  if (typeof value === 'number' && CENTS.has(name)) return (value / 100).toFixed(2);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function fieldsOf(state: Record<string, unknown>, before: Record<string, unknown> | undefined): Field[] {
  return Object.entries(state)
    .filter(([name, value]) => !QUIET.has(name) && value !== '')
    .map(([name, value]) => ({
      name,
      value: text(name, value),
      changed: before === undefined || JSON.stringify(before[name]) !== JSON.stringify(value),
    }));
}

/** What each thing was when the slider stands at a stop: the fold of its events up to there, as its owner made it. */
export function cardsAt(pasts: readonly Past[], stops: readonly Stop[], index: number): Card[] {
  return pasts.map(({ what, id, versions }) => {
    const own = stops.slice(0, index + 1).filter((stop) => stop.what === what && stop.id === id);
    const reached = own.at(-1);
    const place = versions.findIndex(({ version }) => version === reached?.version);
    const now = versions[place];
    const moved = reached !== undefined && reached === stops[index];
    return {
      ...{ what, id, versions: versions.length, version: now?.version ?? 0, event: now?.event ?? '' },
      fields: now ? fieldsOf(now.state, moved ? versions[place - 1]?.state : now.state) : [],
    };
  });
}
