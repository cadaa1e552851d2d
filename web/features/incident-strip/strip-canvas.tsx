'use client';
import { memo } from 'react';
import { useCursor } from '../../ui/cursor.ts';
import { clock } from '../../ui/format.ts';
import { columns, HEAD_HEIGHT, STRIP_HEIGHT } from './geometry.ts';
import { LaneLinks } from './lane-links.tsx';
import { BreakerLane } from './lanes/breakers.tsx';
import { DeployLane } from './lanes/deploys.tsx';
import { ErrorLane } from './lanes/errors.tsx';
import { FaultLane } from './lanes/faults.tsx';
import { QueueLane } from './lanes/queues.tsx';
import { SagaLane } from './lanes/sagas.tsx';
import { NamesColumn } from './names-column.tsx';
import styles from './strip.module.css';
import { CursorPill, Ticks } from './time-head.tsx';
import { type Strip, type StripLanes, useStrip } from './use-strip.ts';
import { useStripKeys } from './use-strip-keys.ts';
import { useStripPointer } from './use-strip-pointer.ts';
import { ValuesColumn } from './values-column.tsx';

// A replay moves the instant a few times a second; what was drawn stays as it is.
const Lanes = memo(function Lanes({ lanes }: { lanes: StripLanes }) {
  const { axis } = lanes;
  return (
    <>
      <FaultLane bars={lanes.faults.bars} rows={lanes.faults.rows} axis={axis} />
      <BreakerLane rows={lanes.breakers.rows} reported={lanes.breakers.reported} axis={axis} />
      <QueueLane lines={lanes.queues} axis={axis} />
      <SagaLane bars={lanes.sagas.bars} max={lanes.sagas.max} axis={axis} />
      <ErrorLane bars={lanes.errors.bars} lines={lanes.errors.lines} axis={axis} />
      <DeployLane marks={lanes.deploys} axis={axis} />
    </>
  );
});

/** Right of now, and what lies before the first data, is another ground. */
function Grounds({ strip }: { strip: Strip }) {
  const { axis } = strip;
  const now = Math.min(axis.left + axis.width, Math.max(axis.left, axis.x(axis.now)));
  return (
    <rect
      x={now}
      y={HEAD_HEIGHT - 2}
      width={axis.left + axis.width - now}
      height={STRIP_HEIGHT}
      fill="var(--bg0)"
      opacity={0.55}
    />
  );
}

function wordsFor(strip: Strip, hovered: boolean, rewound: boolean): string {
  if (hovered) return '';
  if (rewound) return 'rewound';
  return strip.page.live ? 'now' : '';
}

/** The six lanes, drawn for this width; the pointer layer lies over the plot. */
export function StripCanvas({ width }: { width: number }) {
  const strip = useStrip(width);
  const cursor = useCursor();
  const { axis, page } = strip;
  const { labels, values } = columns(width);
  const at = cursor ?? page.at;
  const pointer = useStripPointer(axis, labels);
  const keyboard = useStripKeys(axis, page.at, strip.clock);
  const { mark } = keyboard;
  const chosen =
    pointer.drag ?? (mark === null ? null : { from: Math.min(mark, at), to: Math.max(mark, at) });
  const rewound = !page.live && page.at < page.to;
  return (
    <div className={styles.canvas}>
      <svg width={width} height={STRIP_HEIGHT} aria-hidden="true">
        <clipPath id="strip-plot">
          <rect x={axis.left} y={0} width={axis.width} height={STRIP_HEIGHT} />
        </clipPath>
        <Grounds strip={strip} />
        <Ticks axis={axis} pillX={axis.x(at)} />
        <NamesColumn strip={strip} width={width} narrow={values === 0} />
        <g clipPath="url(#strip-plot)">
          <Lanes lanes={strip.lanes} />
          {chosen ? (
            <rect
              x={axis.x(chosen.from)}
              y={HEAD_HEIGHT}
              width={Math.max(1, axis.x(chosen.to) - axis.x(chosen.from))}
              height={STRIP_HEIGHT}
              fill="var(--ink1)"
              opacity={0.12}
            />
          ) : null}
        </g>
        <path
          d={`M${labels - 0.5} 0V${STRIP_HEIGHT}${values > 0 ? `M${width - values + 0.5} 0V${STRIP_HEIGHT}` : ''}`}
          stroke="var(--line1)"
        />
        {cursor !== null ? (
          <path d={`M${axis.x(page.at)} 22V${STRIP_HEIGHT}`} stroke="var(--ink3)" strokeDasharray="2 3" />
        ) : null}
        <CursorPill axis={axis} at={at} words={wordsFor(strip, cursor !== null, rewound)} />
        {values > 0 ? (
          <ValuesColumn page={page} at={at} left={width - values} front={strip.errors.front} />
        ) : null}
      </svg>
      <LaneLinks width={labels} />
      <div
        className={styles.pointer}
        style={{ left: labels, width: axis.width }}
        role="slider"
        tabIndex={0}
        aria-label="Instant. Enter rewinds the page to it, plus and minus zoom, M begins a range, P replays, Escape goes back to live"
        aria-valuemin={Math.round(axis.from)}
        aria-valuemax={Math.round(axis.now)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={clock(at)}
        {...pointer.handlers}
        {...keyboard.handlers}
      />
    </div>
  );
}
