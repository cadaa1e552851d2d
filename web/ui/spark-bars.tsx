import { hueColor, type StateHue } from './state.ts';

export interface SparkBar {
  /** Stacked from the bottom: counts by hue. */
  parts: readonly (readonly [hue: StateHue, value: number])[];
}

interface SparkBarsProps {
  bars: readonly SparkBar[];
  width: number;
  height: number;
  label: string;
  /** Common scale for a list of sparks; the largest bar by default. */
  max?: number;
}

/** Tiny stacked bars which touch zero; hatched when there is nothing at all. */
export function SparkBars({ bars, width, height, label, max }: SparkBarsProps) {
  const sums = bars.map((bar) => bar.parts.reduce((sum, [, value]) => sum + value, 0));
  const top = max ?? Math.max(...sums, 0);
  const slot = width / Math.max(1, bars.length);
  const barWidth = Math.max(1, slot - 1);
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: 'block' }}>
      {top === 0 ? <rect width={width} height={height} fill="url(#hatch-stale)" /> : null}
      {bars.map((bar, i) => {
        let y = height;
        const x = i * slot;
        return bar.parts.map(([hue, value]) => {
          const size = top === 0 ? 0 : (value / top) * height;
          y -= size;
          if (size === 0) return null;
          return (
            <rect
              key={`${x}-${hue}`}
              x={x}
              y={y}
              width={barWidth}
              height={Math.max(1, size)}
              fill={hueColor(hue)}
              opacity={hue === 'ok' ? 0.7 : 0.9}
            />
          );
        });
      })}
    </svg>
  );
}
