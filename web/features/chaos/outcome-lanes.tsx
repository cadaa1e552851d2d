import { durationText } from '../../ui/format.ts';
import { HALO } from '../../ui/glyphs/halo.ts';
import type { Anatomy, ConditionLane } from './anatomy.ts';
import { LaneName, type LaneProps } from './anatomy-lanes.tsx';

export function SagaLane({ frame, y, anatomy, height }: LaneProps & { anatomy: Anatomy; height: number }) {
  const { sagas, bucketSeconds } = anatomy;
  const top = Math.max(1, ...sagas.map((s) => s.confirmed));
  const base = y + height - 22;
  const wide = frame.x(anatomy.from + bucketSeconds * 1000) - frame.left - 1;
  const up = (n: number) => (n / top) * (height - 36);
  const undone = sagas.reduce((n, s) => n + s.undone, 0);
  return (
    <g>
      <LaneName y={y + 14} name="Saga outcomes" note="confirmed / undone" />
      <text x={frame.left - 8} y={base - up(top) + 6} textAnchor="end" fontSize={10.5} fill="var(--ink3)">
        {Number((top / bucketSeconds).toFixed(1))}/s
      </text>
      <path d={`M${frame.left} ${base}H${frame.right}`} stroke="var(--line2)" />
      {sagas.every((s) => s.confirmed + s.undone === 0) ? (
        <text x={frame.left + 8} y={base - 8} fontSize={10.5} fill="var(--ink3)">
          none ended
        </text>
      ) : null}
      {sagas.map((s) => {
        const x = frame.x(s.second * 1000);
        const width = Math.max(1, Math.min(wide, frame.right - x));
        return (
          <g key={s.second}>
            <rect
              x={x}
              y={base - up(s.confirmed)}
              width={width}
              height={up(s.confirmed)}
              fill="var(--ok)"
              fillOpacity={0.72}
            />
            {s.undone > 0 ? (
              <rect
                x={x}
                y={base + 1}
                width={width}
                height={Math.min(18, Math.max(2, up(s.undone)))}
                fill="var(--comp)"
              />
            ) : null}
          </g>
        );
      })}
      {undone > 0 ? (
        <text x={frame.right - 4} y={base + 15} textAnchor="end" fontSize={11} fill="var(--comp)" {...HALO}>
          {undone} undone
        </text>
      ) : null}
    </g>
  );
}

export function ConditionLanes({
  frame,
  y,
  lanes,
  end,
}: LaneProps & { lanes: ConditionLane[]; end: number }) {
  return (
    <g>
      {lanes.map((lane, i) => {
        const top = y + i * 17;
        return (
          <g key={lane.id}>
            <text
              x={frame.left - 8}
              y={top + 9}
              textAnchor="end"
              fontSize={10.5}
              fontWeight={lane.last ? 600 : 400}
              fill={lane.last ? 'var(--ink1)' : 'var(--ink2)'}
            >
              {lane.title.length > 29 ? `${lane.title.slice(0, 28)}…` : lane.title}
            </text>
            <rect
              x={frame.left}
              y={top}
              width={Math.max(0, frame.x(end) - frame.left)}
              height={10}
              rx={1}
              fill="var(--ok)"
              fillOpacity={0.45}
            />
            {lane.broken.map((b) => (
              <rect
                key={b.from}
                x={frame.x(b.from)}
                y={top}
                width={Math.max(2, frame.x(b.to) - frame.x(b.from))}
                height={10}
                fill="var(--bg0)"
                stroke="var(--ink3)"
                strokeDasharray="3 2"
              >
                <title>{`did not hold for ${durationText(b.to - b.from)}`}</title>
              </rect>
            ))}
            {lane.last && lane.since !== null ? (
              <g>
                <rect
                  x={frame.x(lane.since)}
                  y={top}
                  width={Math.max(2, frame.x(end) - frame.x(lane.since))}
                  height={10}
                  fill="var(--ok)"
                />
                <text
                  x={frame.x(lane.since) + 5}
                  y={top + 9}
                  fontSize={10.5}
                  fontWeight={700}
                  fill="var(--bg0)"
                >
                  last
                </text>
              </g>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}
