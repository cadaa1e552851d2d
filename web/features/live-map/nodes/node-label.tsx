import type { ReactNode } from 'react';
import { HALO } from '../../../ui/glyphs/halo.ts';

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
