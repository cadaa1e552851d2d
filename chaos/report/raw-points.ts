import { z } from 'zod';
import type { Figure, Recovery } from '../contract/index.ts';
import { instantsOf } from './instants.ts';

/** What a figure was made from. */
export interface RawPoint {
  /** Epoch milliseconds; null for what belongs to no instant. */
  at: number | null;
  what: string;
  value: string;
}

/** Figures may carry the points they were made from. */
const Carried = z.object({
  points: z.array(z.object({ at: z.number().nullable(), value: z.number(), what: z.string() })),
});

/** The instants that each interval of time lies between. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  detect: ['t0', 't1'],
  mitigate: ['t0', 't2'],
  recover: ['t3', 't4'],
  outage: ['t0', 't4'],
};

/** The points behind a figure: its own, else the instants or the seconds which its formula names. */
export function rawPoints(name: string, figure: Figure, recovery: Recovery): RawPoint[] {
  const carried = Carried.safeParse(figure);
  if (carried.success && carried.data.points.length > 0) {
    return carried.data.points.map(({ at, what, value }) => ({ at, what, value: numberText(value) }));
  }
  if (name === 'lostRequests') return badSeconds(recovery);
  const ends = ENDS[name] ?? [];
  return instantsOf(recovery)
    .filter(({ id, at }) => ends.includes(id) && at !== null)
    .map(({ id, what, at }) => ({ at, what: `${id}, ${what}`, value: '' }));
}

const numberText = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));

function badSeconds({ sli, t0, t4 }: Recovery): RawPoint[] {
  if (t0 === null) return [];
  const until = t4 ?? Number.POSITIVE_INFINITY;
  return sli
    .filter(({ second, good, total }) => good < total && (second + 1) * 1000 > t0 && second * 1000 <= until)
    .map(({ second, good, total }) => ({
      at: second * 1000,
      what: 'not good in this second',
      value: `${total - good} of ${total}`,
    }));
}
