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

export interface Strip {
  page: PageWindow;
  axis: Axis;
  faults: ReturnType<typeof faultBars>;
  breakers: ReturnType<typeof breakerRows>;
  queues: ReturnType<typeof queueLines>;
  sagas: ReturnType<typeof sagaBars>;
  errors: ReturnType<typeof errorLane>;
  deploys: ReturnType<typeof deployMarks>;
}

/** Everything the strip draws, for a strip of this width. */
export function useStrip(width: number): Strip {
  const page = useSettled(useWindow(), REDRAW_MS);
  const now = useNow();
  const { labels, values } = columns(width);
  const plotWidth = Math.max(1, width - labels - values);
  const clock = page.live ? page.to : now;
  return useMemo(() => {
    const { timeline, from, to, live, step } = page;
    const axis = makeAxis({ from, to, now: clock, live, left: labels, width: plotWidth });
    return {
      page,
      axis,
      faults: faultBars(timeline.faults, axis),
      breakers: breakerRows(timeline, axis),
      queues: queueLines(timeline.queues, axis),
      sagas: sagaBars(timeline, axis, bucketSeconds(axis, 12, step)),
      errors: errorLane(timeline, axis, bucketSeconds(axis, 6, step)),
      deploys: deployMarks(timeline.processes, axis),
    };
  }, [page, clock, labels, plotWidth]);
}
