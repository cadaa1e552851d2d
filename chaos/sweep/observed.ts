import type { JourneyPaths, Place, ServiceMap } from '@stormglass/agents/contract';
import type { JourneyKind } from '../contract/index.ts';

/** What a sweep is planned from: who called whom in a range, and which places journeys passed. */
export interface Observed {
  /** Epoch milliseconds. */
  from: number;
  to: number;
  map: ServiceMap;
  paths: JourneyPaths;
}

/** The journeys by which what happens at a place is judged. */
export interface Judges {
  kinds: JourneyKind[];
  /** Share of them that pass the place, 0..1. */
  passing: number;
  perMinute: number;
  /** Share of all journeys that pass the place, 0..1. */
  traffic: number;
  places: Place[];
}

/** Of the kinds that pass a place, those are taken which do so at least half as often as the one that does most. */
const HALF = 0.5;

/**
 * Kinds of journeys that pass the place, chosen before anything is hurt: what a journey is asked for does not depend on
 * the fault, which places it passes may. Null when none does.
 */
export function judgesOf({ paths, from, to }: Observed, at: (place: Place) => boolean): Judges | null {
  const counted = paths.journeys.map((journey) => ({
    journey,
    hits: Math.max(0, ...journey.places.filter(at).map(({ traces }) => traces)),
  }));
  const share = ({ journey, hits }: (typeof counted)[number]) => hits / journey.traces;
  const best = Math.max(0, ...counted.map(share));
  if (best === 0) return null;
  const chosen = counted.filter((one) => share(one) >= best * HALF);
  const sum = (of: (one: (typeof counted)[number]) => number, among = chosen) =>
    among.reduce((so, one) => so + of(one), 0);
  const traces = sum(({ journey }) => journey.traces);
  const minutes = (to - from) / 60_000;
  return {
    kinds: chosen.map(({ journey: { service, operation } }) => ({ service, operation })),
    passing: sum(({ hits }) => hits) / traces,
    perMinute: (traces * paths.oneIn) / minutes,
    traffic: sum(({ hits }) => hits, counted) / sum(({ journey }) => journey.traces, counted),
    places: placesOf(chosen.map(({ journey }) => journey)),
  };
}

function placesOf(journeys: readonly JourneyPaths['journeys'][number][]): Place[] {
  const places = journeys.flatMap((journey) => journey.places);
  return [
    ...new Map(
      places.map(({ kind, service, peer }) => [placeKey({ kind, service, peer }), { kind, service, peer }]),
    ),
  ].map(([, place]) => place);
}

export function placeKey({ kind, service, peer }: Place): string {
  return `${kind}|${service}|${peer}`;
}
