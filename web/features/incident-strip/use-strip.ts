'use client';
import { useMemo } from 'react';
import { useSettled } from '../../live/use-settled.ts';
import { type PageWindow, useNow, useWindow } from '../../live/use-window.ts';
import { columns } from './geometry.ts';
import { type Axis, bucketSeconds, makeAxis } from './model/axis.ts';
import { breakerRows } from './model/breaker-lane.ts';
import { deployMarks } from './model/deploy-lane.ts';
import { errorLane } from './model/error-lane.ts';
import { faultBars } from './model/fault-lane.ts';
import { queueLines } from './model/queue-lane.ts';
import { sagaBars } from './model/saga-lane.ts';

/** Drawing all lanes costs a few milliseconds; twice a second is enough for bars that are seconds wide. */
const REDRAW_MS = 500;

/** What stands in the lanes; the same one while only the instant of the page moves. */
export interface StripLanes {
  axis: Axis;
  faults: ReturnType<typeof faultBars>;
  breakers: ReturnType<typeof breakerRows>;
  queues: ReturnType<typeof queueLines>;
  sagas: ReturnType<typeof sagaBars>;
  errors: ReturnType<typeof errorLane>;
  deploys: ReturnType<typeof deployMarks>;
}

export interface Strip extends StripLanes {
  lanes: StripLanes;
  page: PageWindow;
  /** Now, epoch ms. */
  clock: number;
}

/** Everything the strip draws, for a strip of this width. */
export function useStrip(width: number): Strip {
  const newest = useWindow();
  const page = useSettled(newest, REDRAW_MS);
  const clock = useNow();
  const { labels, values } = columns(width);
  const plotWidth = Math.max(1, width - labels - values);
  const { timeline, from, to, live, step } = page;
  const now = live ? to : Math.min(clock, to);
  const lanes = useMemo(() => {
    const axis = makeAxis({ from, to, now, live, left: labels, width: plotWidth });
    return {
      axis,
      faults: faultBars(timeline.faults, axis),
      breakers: breakerRows(timeline, axis),
      queues: queueLines(timeline.queues, axis),
      sagas: sagaBars(timeline, axis, bucketSeconds(axis, 12, step)),
      errors: errorLane(timeline, axis, bucketSeconds(axis, 6, step)),
      deploys: deployMarks(timeline.processes, axis),
    };
  }, [timeline, from, to, now, live, step, labels, plotWidth]);
  // Live, the instant is the end of what is drawn; else it moves at its own pace.
  const at = live ? page.at : newest.at;
  return { ...lanes, lanes, clock, page: at === page.at ? page : { ...page, at } };
}
