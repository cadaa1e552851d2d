import { HALO } from '../../ui/glyphs/halo.ts';
import type { Anatomy } from './anatomy.ts';
import { LaneName, type LaneProps } from './anatomy-lanes.tsx';

/** Points without a gap are joined; a second without a call is a hatch. */
function runsOfGood(good: Anatomy['good']): { second: number; share: number }[][] {
  const runs: { second: number; share: number }[][] = [];
  let open: { second: number; share: number }[] | null = null;
  for (const g of good) {
    if (g.share === null) {
      open = null;
      continue;
    }
    if (!open) {
      open = [];
      runs.push(open);
    }
    open.push({ second: g.second, share: g.share });
  }
  return runs;
}

export function GoodLane({
  frame,
  y,
  good,
  height,
  note,
}: LaneProps & { good: Anatomy['good']; height: number; note: string }) {
  const worst = good.reduce((n, g) => Math.min(n, g.share ?? 1), 1);
  const floor = Math.max(0, Math.floor((worst - 0.08) * 4) / 4);
  const top = y + 12;
  const level = (share: number) => top + ((1 - share) / Math.max(0.25, 1 - floor)) * (height - 24);
  return (
    <g>
      <LaneName y={y + 14} name="Good answers" note={note} />
      {[1, (1 + floor) / 2, floor].map((v) => (
        <g key={v}>
          <path d={`M${frame.left} ${level(v)}H${frame.right}`} stroke="var(--line1)" />
          <text x={frame.left - 8} y={level(v) + 4} textAnchor="end" fontSize={10.5} fill="var(--ink3)">
            {Math.round(v * 100)} %
          </text>
        </g>
      ))}
      {good
        .filter((g) => g.share === null)
        .map((g) => (
          <rect
            key={g.second}
            x={frame.x(g.second * 1000)}
            y={top}
            width={Math.max(1, frame.x(g.second * 1000 + 1000) - frame.x(g.second * 1000))}
            height={height - 24}
            fill="url(#hatch-stale)"
          />
        ))}
      {runsOfGood(good).map((run) => {
        const line = run.map(
          (g) => `${frame.x(g.second * 1000 + 500).toFixed(1)} ${level(g.share).toFixed(1)}`,
        );
        const a = frame.x((run[0]?.second ?? 0) * 1000 + 500);
        const b = frame.x((run.at(-1)?.second ?? 0) * 1000 + 500);
        return (
          <g key={run[0]?.second}>
            <path
              d={`M${a} ${level(1)}L${line.join('L')}L${b} ${level(1)}Z`}
              fill="var(--failing)"
              fillOpacity={0.42}
            />
            <path d={`M${line.join('L')}`} fill="none" stroke="var(--ink1)" strokeWidth={1.5} />
          </g>
        );
      })}
      {worst < 0.99 ? (
        <text
          x={frame.right - 4}
          y={y + height - 4}
          textAnchor="end"
          fontSize={11}
          fill="var(--failing)"
          {...HALO}
        >
          lowest {Math.round(worst * 100)} %
        </text>
      ) : null}
    </g>
  );
}
