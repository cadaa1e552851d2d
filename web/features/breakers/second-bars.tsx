'use client';
import { useWidth } from '../../ui/use-width.ts';
import styles from './breakers.module.css';
import type { BreakerSecond } from './model.ts';

const HEIGHT = 92;
const FOOT = 16;

interface Props {
  bars: readonly BreakerSecond[];
  /** Seconds in which a fault was on (drawn behind), by epoch second. */
  faultOn: (second: number) => boolean;
  label: string;
}

function Bar({
  bar,
  x,
  width,
  scale,
}: {
  bar: BreakerSecond;
  x: number;
  width: number;
  scale: (n: number) => number;
}) {
  const base = HEIGHT - FOOT;
  const answered = scale(bar.answered);
  const failed = scale(bar.failed);
  const away = scale(bar.turnedAway);
  return (
    <g>
      <title>{`${bar.answered} answered, ${bar.failed} failed, ${bar.turnedAway} turned away`}</title>
      <rect x={x} y={base - answered} width={width} height={answered} fill="var(--ok)" fillOpacity={0.7} />
      <rect x={x} y={base - answered - failed} width={width} height={failed} fill="var(--failing)" />
      {away > 0 ? (
        <rect
          x={x + 0.6}
          y={base - answered - failed - away + 0.6}
          width={Math.max(0, width - 1.2)}
          height={Math.max(0, away - 1.2)}
          fill="none"
          stroke="var(--open)"
          strokeWidth={1.2}
        />
      ) : null}
      {bar.failed > 0 && width > 9 ? (
        <text
          x={x + width / 2}
          y={base - answered - failed - away - 3}
          textAnchor="middle"
          fontSize={10.5}
          fill="var(--failing)"
        >
          {bar.failed}
        </text>
      ) : null}
    </g>
  );
}

/** Calls per second through a breaker: answered, failed, turned away (hollow: nothing was sent). */
export function SecondBars({ bars, faultOn, label }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(260);
  const top = Math.max(1, ...bars.map((b) => b.answered + b.failed + b.turnedAway));
  const slot = width / Math.max(1, bars.length);
  const scale = (n: number) => (n / top) * (HEIGHT - FOOT - 16);
  const every = Math.max(1, Math.ceil(26 / slot));
  return (
    <div ref={ref}>
      <svg className={styles.bars} height={HEIGHT} role="img" aria-label={label}>
        {bars.map((b, i) =>
          faultOn(b.second) ? (
            <rect
              key={b.second}
              x={i * slot}
              y={10}
              width={slot}
              height={HEIGHT - FOOT - 10}
              fill="url(#hatch-fault-faint)"
            />
          ) : null,
        )}
        <path d={`M0 ${HEIGHT - FOOT + 0.5}H${width}`} stroke="var(--line2)" />
        {bars.map((b, i) => (
          <Bar key={b.second} bar={b} x={i * slot + 1} width={Math.max(1, slot - 3)} scale={scale} />
        ))}
        {bars.map((b, i) =>
          (bars.length - 1 - i) % every === 0 ? (
            <text
              key={b.second}
              x={i * slot + slot / 2 - 1}
              y={HEIGHT - 4}
              textAnchor="middle"
              fontSize={10.5}
              fill="var(--ink3)"
            >
              {`:${String(b.second % 60).padStart(2, '0')}`}
            </text>
          ) : null,
        )}
      </svg>
    </div>
  );
}
