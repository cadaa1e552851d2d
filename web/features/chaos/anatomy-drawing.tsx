'use client';
import { clock } from '../../ui/format.ts';
import { HALO } from '../../ui/glyphs/halo.ts';
import { TimeFlag } from '../../ui/glyphs/time-flag.tsx';
import { useWidth } from '../../ui/use-width.ts';
import type { Anatomy, Dimension, Flag } from './anatomy.ts';
import { GoodLane } from './anatomy-good-lane.tsx';
import { BreakerLanes, FaultLane, type Frame, QueueLane } from './anatomy-lanes.tsx';
import { ConditionLanes, SagaLane } from './outcome-lanes.tsx';
import styles from './run.module.css';
import { roundSeconds } from './ticks.ts';

/** Room for the longest name of a lane. */
const LEFT = 170;
const RIGHT = 18;
const LEAST_WIDTH = 640;
const TOP = 100;
const FAULT_H = 30;
const QUEUE_H = 84;
const SAGA_H = 76;
const GOOD_H = 88;

const flagText = (flag: Flag): string => `${flag.words} ${clock(flag.at, 1)}`;

/** On which side of its line each flag's words stand, so that none touch; without room they stay in its title only. */
function flagSides(flags: readonly Flag[], frame: Frame): Map<string, 'start' | 'end'> {
  const sides = new Map<string, 'start' | 'end'>();
  let taken = frame.left - 140;
  flags.forEach((flag, i) => {
    const x = frame.x(flag.at);
    const next = flags[i + 1];
    const needed = flagText(flag).length * 5.8 + 24;
    const fitsAfter = (next ? frame.x(next.at) - 12 : frame.right) - x >= needed;
    const side = fitsAfter ? 'start' : x - taken >= needed ? 'end' : null;
    taken = side === 'start' ? x + needed : x + 12;
    if (side) sides.set(flag.id, side);
  });
  return sides;
}

interface FlagMarkProps {
  flag: Flag;
  frame: Frame;
  height: number;
  side: 'start' | 'end' | undefined;
}

function FlagMark({ flag, frame, height, side }: FlagMarkProps) {
  const x = frame.x(flag.at);
  const solid = flag.id === 't0' || flag.id === 't4';
  const text = flagText(flag);
  return (
    <g>
      <path
        d={`M${x} 26V${height - 20}`}
        stroke="var(--ink1)"
        strokeDasharray={solid ? undefined : '3 3'}
        opacity={0.8}
      />
      <g transform={`translate(${x} 18)`}>
        <title>{text}</title>
        <TimeFlag text={flag.id} />
        {side ? (
          <text x={side === 'start' ? 14 : -14} y={4} textAnchor={side} fontSize={11} fill="var(--ink2)">
            {text}
          </text>
        ) : null}
      </g>
    </g>
  );
}

/** A measured interval with posts at its ends; it leaves room for words that stand in its middle. */
function dimensionPath(x0: number, x1: number, y: number, words: number | null): string {
  const posts = `M${x0} ${y - 4}v8M${x1} ${y - 4}v8`;
  if (words === null) return `${posts}M${x0} ${y}H${x1}`;
  const middle = (x0 + x1) / 2;
  return `${posts}M${x0} ${y}H${middle - words / 2}M${middle + words / 2} ${y}H${x1}`;
}

function DimensionLine({ dimension, frame }: { dimension: Dimension; frame: Frame }) {
  const y = 44 + dimension.row * 18;
  const x0 = frame.x(dimension.from);
  const x1 = frame.x(dimension.to);
  const needed = dimension.label.length * 6.2 + 20;
  const inside = x1 - x0 > needed;
  const after = frame.right - x1 > needed;
  return (
    <g>
      <path d={dimensionPath(x0, x1, y, inside ? needed - 8 : null)} stroke="var(--ink2)" />
      <text
        x={inside ? (x0 + x1) / 2 : after ? x1 + 8 : x0 - 8}
        y={y + 4}
        textAnchor={inside ? 'middle' : after ? 'start' : 'end'}
        fontSize={11.5}
        fontWeight={600}
        fill="var(--ink1)"
        {...HALO}
      >
        {dimension.label}
      </text>
    </g>
  );
}

function TimeAxis({ anatomy, frame, y }: { anatomy: Anatomy; frame: Frame; y: number }) {
  const step =
    roundSeconds(
      (anatomy.to - anatomy.from) / 1000,
      Math.max(2, Math.floor((frame.right - frame.left) / 130)),
    ) * 1000;
  const ticks: number[] = [];
  for (let at = Math.ceil(anatomy.from / step) * step; at <= anatomy.to; at += step) ticks.push(at);
  return (
    <g>
      <path d={`M0 ${y}H${frame.right + RIGHT}`} stroke="var(--line2)" />
      {ticks.map((at) => (
        <g key={at}>
          <path d={`M${frame.x(at)} ${y}v5`} stroke="var(--line3)" />
          <text x={frame.x(at)} y={y + 16} textAnchor="middle" fontSize={10.5} fill="var(--ink3)">
            {clock(at)}
          </text>
        </g>
      ))}
    </g>
  );
}

function layout(anatomy: Anatomy) {
  const breaker = TOP + FAULT_H;
  const queue = breaker + Math.max(34, anatomy.breakers.length * 18 + 14);
  const saga = queue + QUEUE_H;
  const good = saga + SAGA_H;
  const conditions = good + GOOD_H + 6;
  const axis = conditions + Math.max(1, anatomy.conditions.length) * 17 + 6;
  return { breaker, queue, saga, good, conditions, axis, height: axis + 22 };
}

/** The run on one axis: when it was hurt, noticed, mitigated, cleared and healthy again, over the lanes that say why. */
export function AnatomyDrawing({ anatomy, sliNote }: { anatomy: Anatomy; sliNote: string }) {
  const [ref, measured] = useWidth<HTMLElement>(960);
  const width = Math.max(LEAST_WIDTH, measured);
  const left = LEFT;
  const right = width - RIGHT;
  const x = (at: number) => {
    const share = (at - anatomy.from) / (anatomy.to - anatomy.from);
    return left + Math.min(1, Math.max(0, share)) * (right - left);
  };
  const frame: Frame = { x, left, right };
  const at = layout(anatomy);
  const hairs = [TOP - 8, at.breaker - 2, at.queue - 4, at.saga, at.good, at.conditions - 8];
  const sides = flagSides(anatomy.flags, frame);
  const label = `Recovery anatomy: ${anatomy.flags.map((f) => `${f.id} ${f.words} ${clock(f.at, 1)}`).join(', ') || 'no call hurt yet'}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone the drawing scrolls, so the keyboard must reach it
    <section ref={ref} className={styles.anatomy} tabIndex={0} aria-label="Recovery anatomy">
      <svg width={width} height={at.height} role="img" aria-label={label}>
        {anatomy.faults.map((f) => (
          <rect
            key={f.from}
            x={x(f.from)}
            y={TOP - 8}
            width={Math.max(1, x(f.to) - x(f.from))}
            height={at.axis - TOP + 8}
            fill="url(#hatch-fault-faint)"
            opacity={0.35}
          />
        ))}
        {hairs.map((y) => (
          <path key={y} d={`M0 ${y}H${width}`} stroke="var(--line1)" />
        ))}
        <FaultLane frame={frame} y={TOP} faults={anatomy.faults} />
        <BreakerLanes frame={frame} y={at.breaker} lanes={anatomy.breakers} />
        <QueueLane frame={frame} y={at.queue} queue={anatomy.queue} height={QUEUE_H} />
        <SagaLane frame={frame} y={at.saga} anatomy={anatomy} height={SAGA_H} />
        <GoodLane frame={frame} y={at.good} good={anatomy.good} height={GOOD_H} note={sliNote} />
        <ConditionLanes frame={frame} y={at.conditions} lanes={anatomy.conditions} end={anatomy.to} />
        {anatomy.flags.map((f) => (
          <FlagMark key={f.id} flag={f} frame={frame} height={at.height} side={sides.get(f.id)} />
        ))}
        {anatomy.dimensions.map((d) => (
          <DimensionLine key={d.label} dimension={d} frame={frame} />
        ))}
        <TimeAxis anatomy={anatomy} frame={frame} y={at.axis} />
      </svg>
    </section>
  );
}
