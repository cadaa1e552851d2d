import type { ReactNode } from 'react';

const HALO = { paintOrder: 'stroke', stroke: 'var(--bg0)', strokeWidth: 4, strokeLinejoin: 'round' } as const;

/** Name and one quiet line under a node; a halo keeps both readable over edges. */
export function NodeLabel({ y, name, children }: { y: number; name: string; children?: ReactNode }) {
  return (
    <g textAnchor="middle">
      <text y={y} fontSize={12} fontWeight={600} fill="var(--ink1)" {...HALO}>
        {name}
      </text>
      {children ? (
        <text y={y + 14.5} fontSize={11} fill="var(--ink3)" {...HALO}>
          {children}
        </text>
      ) : null}
    </g>
  );
}
