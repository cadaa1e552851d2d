/**
 * Of the named points at which processes are killed, or of those which are restarted, the ones to try: each third in
 * `npm test`, all of them in the campaigns `saga-crashes` and `restarts`.
 */
export function pointsToTry<Point>(all: readonly Point[]): Point[] {
  return process.env.STORMGLASS_ALL_POINTS === '1' ? [...all] : all.filter((_, index) => index % 3 === 0);
}
