/** Where the lanes stand, px from the top of the strip; the order never changes. */
export const STRIP_HEIGHT = 206;
export const HEAD_HEIGHT = 28;
export const LANES = {
  faults: { top: 28, height: 24 },
  breakers: { top: 52, height: 34 },
  queues: { top: 86, height: 34 },
  sagas: { top: 120, height: 34 },
  errors: { top: 154, height: 34 },
  deploys: { top: 188, height: 18 },
} as const;
export type LaneName = keyof typeof LANES;

/** Columns left and right of the plot, px. */
export function columns(width: number): { labels: number; values: number } {
  return width < 760 ? { labels: 96, values: 0 } : { labels: 152, values: 186 };
}
