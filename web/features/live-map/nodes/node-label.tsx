import type { ReactNode } from 'react';
import { HALO } from '../../../ui/glyphs/halo.ts';
import { nameInCell } from '../model/cells.ts';
import type { MapNode } from '../model/structure.ts';

/** Name and one quiet line under a node; a halo keeps both readable over edges. */
export function NodeLabel({ y, node, children }: { y: number; node: MapNode; children?: ReactNode }) {
  return (
    <g textAnchor="middle">
      <text y={y} fontSize={12} fontWeight={600} fill="var(--ink1)" {...HALO}>
        {nameInCell(node)}
      </text>
      {children ? (
        <text y={y + 14.5} fontSize={11} fill="var(--ink3)" {...HALO}>
          {children}
        </text>
      ) : null}
    </g>
  );
}
