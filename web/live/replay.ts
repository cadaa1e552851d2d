import type { TimeRange } from './time-range.ts';

/** What of the address a replay is made of. */
type Replayed = Pick<TimeRange, 'to' | 'rewoundTo' | 'replay'>;

/**
 * Where a replay stands. All it holds is when it began: the page's data is the range, which is fetched once, so an hour
 * at ten times its speed costs no more memory than to look at it.
 */
export class ReplayHead {
  #key = '';
  #begunAt = 0;

  /** The instant that is shown, epoch ms; null when nothing is replayed. `now` is any steady clock, ms. */
  at({ to, rewoundTo, replay }: Replayed, now: number): number | null {
    if (replay === null || rewoundTo === null) {
      this.#key = '';
      return null;
    }
    // Another instant, speed or end is another replay: a click on the strip, Back, a link.
    const key = `${rewoundTo}|${replay}|${to}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#begunAt = now;
    }
    return Math.min(to, rewoundTo + (now - this.#begunAt) * replay);
  }
}

/** The last bit of a range is its end: a replay from there begins at the front. */
const END_MS = 500;

/** Where a replay of the range begins: at the rewound instant, or at its front when that is past. */
export function replayFrom({ from, to, rewoundTo }: Pick<TimeRange, 'from' | 'to' | 'rewoundTo'>): number {
  return rewoundTo === null || rewoundTo < from || rewoundTo > to - END_MS ? from : rewoundTo;
}
