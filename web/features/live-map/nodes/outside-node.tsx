import { duration } from '../../../ui/format.ts';
import { OutsidePortMark } from '../../../ui/glyphs/outside-port.tsx';
import type { NodeData } from '../map-types.ts';
import { ChangeText } from './change-text.tsx';
import { FaultBadge } from './fault-badge.tsx';
import { NodeLabel } from './node-label.tsx';

/** A party we cannot see into: what our callers saw of it. */
export function OutsideNode({ data }: { data: NodeData }) {
  const { node, figures, at, comparing, change } = data;
  const seen = figures.seen;
  const p95 = duration(seen?.p95 ?? null);
  return (
    <g>
      <circle r={20} fill="var(--bg0)" />
      <OutsidePortMark />
      <NodeLabel y={30} node={node}>
        {comparing ? (
          <ChangeText change={change} />
        ) : seen && seen.calls > 0 ? (
          `p95 ${p95.value} ${p95.unit}`
        ) : (
          'no calls'
        )}
      </NodeLabel>
      {figures.faults.length > 0 ? (
        <g transform="translate(0 -33)">
          <FaultBadge faults={figures.faults} at={at} />
        </g>
      ) : null}
    </g>
  );
}
