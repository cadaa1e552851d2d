import type { Stretch } from './timeline.ts';

/** Where things stand in a drawing of the timeline; a narrow one has its labels above the lanes, not beside them. */
export interface Frame {
  width: number;
  left: number;
  right: number;
  narrow: boolean;
  /** Height of a lane's label where it stands above. */
  label: number;
  x: (at: number) => number;
}

const LABEL_COLUMN = 182;
const LABEL_ROW = 18;
const EDGE = 12;

export function frameOf({ from, to }: Stretch, width: number): Frame {
  const narrow = width < 600;
  const left = narrow ? EDGE : LABEL_COLUMN;
  const right = width - EDGE;
  const x = (at: number): number => {
    const share = Math.min(1, Math.max(0, (at - from) / (to - from)));
    return Math.round((left + share * (right - left)) * 10) / 10;
  };
  return { width, left, right, narrow, label: narrow ? LABEL_ROW : 0, x };
}

/** Width of a text of that size, about: a report is set in whatever the reader has. */
export const textWidth = (text: string, size = 11): number => text.length * size * 0.56;
