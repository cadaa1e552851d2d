import { LANES, type LaneName } from './geometry.ts';
import type { Strip } from './use-strip.ts';

function subtitles(strip: Strip): Partial<Record<LaneName, string>> {
  if (strip.page.loading) return {};
  const { breakers, queues, errors } = strip;
  const moved = breakers.rows.length;
  return {
    breakers: breakers.total === 0 ? 'none seen' : `${moved} of ${breakers.total} moved`,
    queues:
      queues
        .slice(0, 2)
        .map((q) => q.queue)
        .join(', ') || 'none seen',
    sagas: 'confirmed / undone',
    errors: errors.lines.map((l) => l.service).join(', ') || 'no calls',
  };
}

const NAMES: Record<LaneName, string> = {
  faults: 'Faults',
  breakers: 'Breakers',
  queues: 'Queue depth',
  sagas: 'Saga outcomes',
  errors: 'Errors, p95',
  deploys: 'Deploys',
};

/** The left column: what each lane is. */
export function NamesColumn({ strip, width, narrow }: { strip: Strip; width: number; narrow: boolean }) {
  const below = subtitles(strip);
  const x = narrow ? 8 : 16;
  return (
    <g>
      <text x={x} y={17} fill="var(--ink1)" fontWeight={600} fontSize={11}>
        {narrow ? 'Strip' : 'Incident strip'}
      </text>
      {(Object.keys(NAMES) as LaneName[]).map((name) => {
        const { top } = LANES[name];
        const small = name === 'faults' || name === 'deploys';
        return (
          <g key={name}>
            <path d={`M0 ${top}H${width}`} stroke="var(--line1)" />
            <text
              x={x}
              y={top + (name === 'deploys' ? 12 : small ? 17 : 15)}
              fill="var(--ink2)"
              fontWeight={500}
              fontSize={11}
            >
              {NAMES[name]}
              {name === 'faults' && strip.faults.hidden > 0 ? (
                <tspan fill="var(--fault)">, {strip.faults.hidden} more</tspan>
              ) : null}
            </text>
            {below[name] && !small ? (
              <text x={x} y={top + 29} fill="var(--ink3)" fontSize={10.5}>
                {clipText(below[name], narrow ? 15 : 23)}
              </text>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}

function clipText(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
