export interface RingShares {
  /** Shares 0..1 of the calls in the window; what is left is ok. */
  failing: number;
  degraded: number;
}

interface RingProps extends RingShares {
  r: number;
  stroke: number;
  /** No calls in the window: drawn as unknown, never as ok. */
  quiet?: boolean;
  /** Not part of the system under test. */
  dashed?: boolean;
}

const GAP = 0.006;
/** The smallest arc that can still be seen, as a share. */
const MIN_ARC = 0.012;

function arc(r: number, from: number, to: number): string {
  const point = (share: number) => {
    const angle = share * 2 * Math.PI - Math.PI / 2;
    return `${(r * Math.cos(angle)).toFixed(2)} ${(r * Math.sin(angle)).toFixed(2)}`;
  };
  return `M${point(from)}A${r} ${r} 0 ${to - from > 0.5 ? 1 : 0} 1 ${point(to)}`;
}

interface Arc {
  from: number;
  to: number;
  color: string;
  trouble: boolean;
}

/** The arcs clockwise from 12 o'clock: failing, degraded, ok. */
export function ringArcs({ failing, degraded }: RingShares): Arc[] {
  const bad = failing > 0 ? Math.max(MIN_ARC, failing) : 0;
  const slow = degraded > 0 ? Math.max(MIN_ARC, Math.min(degraded, 1 - bad)) : 0;
  const parts: [number, string, boolean][] = [
    [bad, 'var(--failing)', true],
    [slow, 'var(--degraded-g)', true],
    [Math.max(0, 1 - bad - slow), 'var(--ok)', false],
  ];
  const arcs: Arc[] = [];
  let at = 0;
  for (const [share, color, trouble] of parts) {
    if (share > 0.001) arcs.push({ from: at, to: at + share, color, trouble });
    at += share;
  }
  return arcs;
}

/** The ring around the origin. */
export function ServiceRing({ r, stroke, failing, degraded, quiet = false, dashed = false }: RingProps) {
  if (dashed || quiet) {
    const look = dashed
      ? { stroke: 'var(--ink3)', strokeWidth: 1.4, strokeDasharray: '3 3' }
      : { stroke: 'var(--unknown)', strokeWidth: 1.6, strokeDasharray: '2 4' };
    return <circle r={r} fill="var(--bg1)" {...look} />;
  }
  const arcs = ringArcs({ failing, degraded });
  const only = arcs.length === 1 ? arcs[0] : undefined;
  return (
    <g fill="none">
      <circle r={r} fill="var(--bg1)" />
      {only ? (
        <circle
          r={r}
          stroke={only.color}
          strokeWidth={stroke + (only.trouble ? 1 : 0)}
          opacity={only.trouble ? 1 : 0.62}
        />
      ) : (
        arcs.map((a) => (
          <path
            key={a.color}
            d={arc(r, a.from + GAP / 2, Math.max(a.from + GAP, a.to - GAP / 2))}
            stroke={a.color}
            strokeWidth={stroke + (a.trouble ? 1 : 0)}
            opacity={a.trouble ? 1 : 0.62}
          />
        ))
      )}
    </g>
  );
}
