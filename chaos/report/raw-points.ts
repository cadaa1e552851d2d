import type { Figure } from '../contract/index.ts';

/** What a figure was made from. */
export interface RawPoint {
  /** Epoch milliseconds; null for what belongs to no instant. */
  at: number | null;
  what: string;
  value: string;
}

/** The points behind a figure; of very many the first, and how many more there are. */
export function rawPoints({ points, morePoints }: Figure): RawPoint[] {
  const shown = points.map(({ at, what, value }) => ({ at, what, value: numberText(value) }));
  return morePoints === 0 ? shown : [...shown, { at: null, what: `and ${morePoints} more`, value: '' }];
}

const numberText = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
